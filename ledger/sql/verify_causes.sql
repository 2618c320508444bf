-- verify_causes: rows of kept tables that no record of their flight, no command and no upgrade wrote: a row each
-- $1 number of the first leaf that is looked at
-- -> defect text, place text
-- Counts of what was refused, of reads that were sealed, and what a scan for red flags finds before it is told at its
-- end (verify_flags), the daemon writes without a record; a flag is never changed or taken away. What a command may
-- write is what an upgrade said of it: else it could permit itself. Only of leaves since they tell who wrote rows.
with writes as materialized (
    select w.tab, w.op, array_agg(w.type) as types from cause_writes() w group by w.tab, w.op
),
flight as materialized (
    select l.record_id as id, l.head, get_byte(l.writer, 0) as writer -- 1: a command, 2: an upgrade
      from log_leaf l
     where l.form = 3 and l.no >= $1::bigint and l.no > cause_told_from()
),
wrote as materialized (
    select distinct f.head, f.id, r.tab, r.op
      from flight f
      join log_row r on r.flight = f.id
     where f.writer is null
),
command as materialized (
    select distinct r.content ->> 'rows' as rows
      from log_row r
      join log_leaf l on l.record_id = r.flight and l.version = 0 and get_byte(l.writer, 0) = 2
     where r.tab = 'operator_command' and r.op <> 'D'
),
spoke as materialized (
    select distinct l.head, r.type, case when y.proposed or r.type = 'proposal_step' then r.id end as id
      from log_leaf l
      join submission r on r.id = l.record_id and r.version = l.version
      join record_type y on y.name = r.type
     where l.no >= $1::bigint and l.form <> 3
       and l.head in (select w.head from wrote w)
),
acted as materialized (
    select s.head, array_agg(distinct coalesce(t.type, s.type)) as types
      from spoke s
      left join lateral cause_types(s.id, s.type) t(type) on s.id is not null
     group by s.head
)
select 'row that no record of its flight writes' as defect, w.tab || ' ' || k.key as place
  from wrote w
  left join acted a on a.head = w.head
  left join writes on writes.tab = w.tab and writes.op = w.op
 cross join lateral (
       select concat_ws(' ', r.op, (select string_agg(r.content ->> c.name, ' ' order by c.place)
                                      from unnest(log_key(r.tab::regclass)) with ordinality c(name, place))) as key
         from log_row r
        where r.flight = w.id and r.tab = w.tab and r.op = w.op) k
 where w.tab not in ('intake', 'access_batch')
   and not (w.tab in ('flag', 'flag_record') and w.op = 'I')
   and not coalesce(writes.types && a.types, false)
union all
select 'rows that no command of the operator writes so', x.id || ' ' || x.footprint
  from (select f.id, log_flight_footprint(f.id) as footprint from flight f where f.writer = 1) x
 where not exists (select from command c where x.footprint ~ c.rows)
 order by 1, 2
