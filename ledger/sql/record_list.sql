-- record_list: a page of the current records of one type, in the order of their ids.
-- $1 type, $2 after (uuid) or null, $3 limit, $4 subject or null, $5 state or null
-- -> as record_get, and page int8 (as loan_list)
with page as (
    select r.id, r.version, octet_length(r.body::text) as bytes
      from submission r
     where r.type = $1::text
       and ($2::uuid is null or r.id > $2::uuid)
       and ($4::text is null or r.subject = $4::text)
       and ($5::text is null or record_state($1::text, r.id) = $5::text)
       and not record_has_later(r.id, r.version, null)
     order by r.id
     limit $3::int
),
sized as (
    select p.id, p.version, sum(p.bytes) over (order by p.id) - p.bytes as before, count(*) over () as page
      from page p
)
select a.outcome, a.id, a.version, a.body, a.sha256, a.recorded_at, a.recorded_by, a.flags, a.leaf,
       a.leaf_hash, a.head, record_life_members(a.type, a.id, a.version, null, null)::text as life,
       null::text as mark, s.page
  from sized s
  join record_answer a on a.id = s.id and a.version = s.version
 where s.before < 8388608
 order by a.id
