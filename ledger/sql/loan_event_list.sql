-- loan_event_list: a page of events in the order of recording; stable under inserts.
-- $1 loan id or null, $2 after (uuid) or null, $3 limit, $4 contract_no or null, $5 known_at or null
-- -> as record_get, and page int8 (as loan_list), total int8 (null: they are not counted)
with page as (
    select e.id, octet_length(r.body::text) as bytes
      from loan_event e
      join submission r on r.id = e.id and r.version = 1
     where ($1::uuid is null or e.loan_id = $1::uuid)
       and ($2::uuid is null or e.id > $2::uuid)
       and ($4::text is null or e.loan_id = any ((select loan_find($4::text))::uuid[]))
       and ($5::timestamptz is null or r.recorded_at <= $5::timestamptz)
     order by e.id
     limit $3::int
),
sized as (
    select p.id, sum(p.bytes) over (order by p.id) - p.bytes as before, count(*) over () as page
      from page p
)
select a.outcome, a.id, a.version, a.body, a.sha256, a.recorded_at, a.recorded_by, a.flags, a.leaf,
       a.leaf_hash, a.head, null::text as life, null::text as mark, s.page, null::int8 as total
  from sized s
  join record_answer a on a.id = s.id and a.version = 1
 where s.before < 8388608
 order by a.id
