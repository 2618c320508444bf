-- claim_list: a page of claims in the order of their ids; row-level security of whoever asks applies.
-- $1 after (uuid) or null, $2 limit, $3 loan as the claim names it, $4 state, $5 code of who claimed, $6 scheme,
--    $7 a day: returned claims that are to come back before it; each or null
-- -> as record_get, and page int8 (as loan_list)
with page as (
    select r.id, r.version, octet_length(r.body::text) as bytes
      from claim c
      join submission r on r.id = c.id and r.version = 1
     where ($1::uuid is null or c.id > $1::uuid)
       and ($3::text is null or r.subject = $3::text)
       and ($4::text is null or claim_state(c.id) = $4::text)
       and ($5::text is null or c.org_id = (select o.id from org o where o.code = $5::text))
       and ($6::text is null or c.scheme_code = $6::text)
       and ($7::date is null or claim_due_on(c.id) < $7::date)
     order by c.id
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
