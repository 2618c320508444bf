-- verify_facts: facts by which applications were decided that are not those of their loans as the ledger knew them
-- then: a row each
-- $1 number of the first leaf that is looked at
-- -> defect text, place text
-- By functions that may change with a version of the program, so that only those since the last upgrade are looked at.
-- What was recorded in the same flight was known or not. A fact that the decision does not have is not compared.
with made as materialized (
    select a
      from application a
      join log_leaf l on l.record_id = a.id and l.version = 1 and l.no >= $1::bigint
     where a.asks is not null and a.loan_id is not null
       and l.no > (select max(f.no) from log_adoption o join log_leaf f on f.record_id = o.flight and f.version = 0)
)
select 'fact of a decision that its loan did not have then' as defect,
       (m.a).id || ' ' || t.key || ': ' || coalesce(e.value, s.value, '-') || ' by the ledger of then, ' || t.value
       || ' in the decision' as place
  from made m
 cross join lateral (
       select verify_loan_facts(m.a, (m.a).recorded_at) as known,
              verify_loan_facts(m.a, (m.a).recorded_at - interval '1 us') as before
       offset 0) k
 cross join lateral json_each_text((m.a).facts) t
  left join lateral (select x.value from json_each_text(k.known) x where x.key = t.key) e on true
  left join lateral (select x.value from json_each_text(k.before) x where x.key = t.key) s on true
 cross join lateral (select t.value ~ '^-?\d+(\.\d+)?$' as is_number) n
 where t.key in (select x.key from json_each_text(k.known) x)
   and t.value is not null
   and case when n.is_number then t.value::numeric is distinct from e.value::numeric
                              and t.value::numeric is distinct from s.value::numeric
            else t.value is distinct from e.value and t.value is distinct from s.value end
 order by 1, 2
