-- application_list: a page of applications in the order of their ids; row-level security of whoever asks applies.
-- $1 after (uuid) or null, $2 limit, $3 policy code, $4 state, $5 waiting (bool): only those that wait for whoever
--    asks; each or null
-- -> as record_get, and page int8 (as loan_list)
with page as (
    select r.id, r.version, octet_length(r.body::text) as bytes
      from application a
      join submission r on r.id = a.id and r.version = 1
      join application_now n on n.application = a.id
     where ($1::uuid is null or a.id > $1::uuid)
       and ($3::text is null or a.policy_code = $3::text)
       and ($4::text is null or n.state = $4::text)
       and ($5::boolean is not true or n.state in ('reserved', 'approved') and application_waits(a.id))
     order by a.id
     limit $2::int
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
