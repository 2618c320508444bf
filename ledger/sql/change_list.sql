-- change_list: what was recorded behind a place in the log, as far as the reader may see it, in the log's order.
-- Record by record the log has no gaps, so whoever goes on from `until` misses nothing. What a record has brought into
-- his sight with it, or taken out of it, stands at its place (change_moved).
-- $1 seq of the last change that was seen (0: none), $2 at most so many (what stands at one place is not torn apart),
-- $3 how many leaves to look through
-- -> until int8 (the last seq looked at), head int8 (the last there is), seq int8, type text, id uuid, version int4,
--    key text, recorded_at text, recorded_by text, reason text, body text (null: the record has left the reader's
--    scope with this version); one row without seq when there is nothing to see
with scanned as materialized (
    select f.no + 1 as seq, f.record_id, f.version
      from log_leaf f
     where f.no >= $1::bigint
     order by f.no
     limit $3::int
),
moved as materialized (
    select m.*, exists (select from submission s where s.id = m.of and s.version = m.of_version) as now,
           exists (select from submission s where s.id = m.of and s.version = m.of_version - 1) as before
      from change_moved($1::bigint, (select max(c.seq) from scanned c)) m
),
seen as materialized ( -- under the reader's own eyes: of a version that he may not see, the one before that he may
    select c.seq, 0 as after, c.version, s.id, s.type, s.key, s.recorded_at, s.recorded_by, s.reason, s.body
      from scanned c
      join submission s on s.id = c.record_id and s.version = c.version
     union all
    select c.seq, 0, c.version, b.id, b.type, b.key, null, null, null, null
      from scanned c
     cross join lateral (
           select p.id, p.type, p.key
             from submission p
            where p.id = c.record_id and p.version = c.version - 1) b
     where c.version > 1
       and not exists (select from submission s where s.id = c.record_id and s.version = c.version)
     union all
    select m.seq, 1, s.version, s.id, s.type, s.key, s.recorded_at, s.recorded_by, s.reason, s.body
      from moved m
      join submission s on s.id = m.id and s.version = m.version
     where case m.type when 'policy' then s.org_id <> my_org() and my_kind() in ('bank', 'district')
                       else m.now and not m.before end
     union all
    select m.seq, 1, m.version, m.id, m.type, m.key, null, null, null, null
      from moved m
     where m.type = 'loan_event' and m.before and not m.now
       and not exists (select from submission s where s.id = m.id and s.version = m.version)
)
select coalesce((select max(c.seq) from scanned c), $1::bigint) as until,
       coalesce((select max(f.no) + 1 from log_leaf f), 0) as head,
       x.seq, x.type, x.id, x.version, x.key, instant_text(x.recorded_at) as recorded_at, x.recorded_by, x.reason,
       x.body::text as body
  from (values (1)) as one
  left join (select * from seen order by seq fetch first ($2::int) rows with ties) x on true
 order by x.seq, x.after, x.recorded_at, x.id
