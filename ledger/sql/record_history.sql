-- record_history: a page of the versions of a record, oldest first.
-- $1 type, $2 id, $3 after (version) or null, $4 limit
-- -> as record_get, and page int8 (as loan_list), reason text
with page as (
    select r.id, r.version, octet_length(r.body::text) as bytes
      from submission r
     where r.type = $1::text
       and r.id = $2::uuid
       and ($3::int is null or r.version > $3::int)
     order by r.version
     limit $4::int
),
sized as (
    select p.id, p.version, sum(p.bytes) over (order by p.version) - p.bytes as before,
           count(*) over () as page
      from page p
)
select a.outcome, a.id, a.version, a.body, a.sha256, a.recorded_at, a.recorded_by, a.flags, a.leaf,
       a.leaf_hash, a.head, null::text as life, null::text as mark, s.page, a.reason
  from sized s
  join record_answer a on a.id = s.id and a.version = s.version
 where s.before < 8388608
 order by a.version
