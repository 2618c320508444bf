-- verify_facts: facts by which applications were decided that are not those of their loans as the ledger knew them
-- then: a row each
-- $1 number of the first leaf that is looked at
-- -> defect text, place text
-- By functions that may change with a version of the program, so that only those since the last upgrade are looked at.
-- What was recorded in the same flight was known or not: that it was not is asked only where a fact differs. A fact
-- that the decision does not have is not compared.
with made as materialized (
    select a
      from application a
      join log_leaf l on l.record_id = a.id and l.version = 1 and l.no >= $1::bigint
     where a.asks is not null and a.loan_id is not null
       and l.no > (select max(f.no) from log_adoption o join log_leaf f on f.record_id = o.flight and f.version = 0)
),
odd as materialized (
    select m.a, t.key, t.value, e.value as known
      from made m
     cross join lateral (select verify_loan_facts(m.a, (m.a).recorded_at) as known offset 0) k
     cross join lateral json_each_text((m.a).facts) t
      join lateral (select x.value from json_each_text(k.known) x where x.key = t.key) e on true
     where t.value is not null
       and not verify_fact_same(t.value, e.value)
)
select 'fact of a decision that its loan did not have then' as defect,
       (o.a).id || ' ' || o.key || ': ' || coalesce(o.known, s.value, '-') || ' by the ledger of then, ' || o.value
       || ' in the decision' as place
  from (select (x.a).id, (array_agg(x.a))[1] as a from odd x group by 1) d
 cross join lateral (select verify_loan_facts(d.a, (d.a).recorded_at - interval '1 us') as before offset 0) b
  join odd o on (o.a).id = d.id
  left join lateral (select x.value from json_each_text(b.before) x where x.key = o.key) s on true
 where not verify_fact_same(o.value, s.value)
 order by 1, 2
