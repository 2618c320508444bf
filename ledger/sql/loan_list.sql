-- loan_list: a page of current loans in the order of recording; stable under inserts.
-- $1 after (uuid) or null, $2 limit, $3 district or null, $4 borrower or null, $5 first day and
-- $6 last day of signing or null, $7 state or null, $8 as_of for the state, $9 known_at or null,
-- $10 contract_no or null
-- -> as record_get, and page int8: how many the limit allowed. Fewer come when they are so long
--    that they would make more than 8 MiB; at least one always does
with page as (
    select r.id, r.version, octet_length(r.body::text) as bytes
      from submission r
      join loan l on l.id = r.id and l.version = r.version
     where r.type = 'loan'
       and ($1::uuid is null or r.id > $1::uuid)
       and ($3::text is null or r.district = $3::text)
       and ($4::text is null or r.subject = $4::text)
       and ($5::date is null or r.on_day between $5::date and $6::date)
       and ($10::text is null or r.key_form = text_form($10::text))
       and ($7::text is null or $7::text = loan_state(l, $8::date, $9::timestamptz))
       and ($9::timestamptz is null or r.recorded_at <= $9::timestamptz)
       and not record_has_later(r.id, r.version, $9::timestamptz)
     order by r.id
     limit $2::int
),
sized as (
    select p.id, p.version, sum(p.bytes) over (order by p.id) - p.bytes as before,
           count(*) over () as page
      from page p
)
select a.outcome, a.id, a.version, a.body, a.sha256, a.recorded_at, a.recorded_by, a.flags, a.leaf,
       a.leaf_hash, a.head, loan_life_members(l, $8::date, $9::timestamptz)::text as life, null::text as mark, s.page
  from sized s
  join record_answer a on a.id = s.id and a.version = s.version
  join loan l on l.id = s.id and l.version = s.version
 where s.before < 8388608
 order by a.id
