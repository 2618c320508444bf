-- loan_list: a page of current loans, in the order of recording unless another is asked for; stable under inserts.
-- $1 after (uuid) or null, $2 limit, $3 district or null, $4 borrower or null, $5 first day and
-- $6 last day of signing or null, $7 state or null, $8 as_of for the state, $9 known_at or null,
-- $10 contract_no or null, $11 a part of number, name or code or null, $12 order or null ('-amount': the largest
-- first), $13 whether all are counted
-- -> as record_get, and page int8: how many the limit allowed, total int8 (null when it was not asked for). Fewer come
--    when they are so long that they would make more than 8 MiB; at least one always does
-- The record that a page begins behind may be no hit any more (its state went on): its place is that which it has now.
with every as not materialized (
    select r.id, r.version, r.body, r.district, r.subject, r.on_day, r.key_form, l as loan,
           coalesce(case ltrim($12::text, '-')
                when 'signed_on' then l.signed_on::text
                when 'matures_on' then l.matures_on::text
                when 'amount' then lpad(l.amount_fen::text, 20, '0')
                when 'borrower_name' then l.borrower_name
                when 'contract_no' then r.key end, '') collate "C" as sort
      from submission r
      join loan l on l.id = r.id and l.version = r.version
     where r.type = 'loan'
       and ($9::timestamptz is null or r.recorded_at <= $9::timestamptz)
       and not record_has_later(r.id, r.version, $9::timestamptz)
),
hits as not materialized (
    select r.id, r.version, octet_length(r.body::text) as bytes, r.sort
      from every r
     where ($3::text is null or r.district = $3::text)
       and ($4::text is null or r.subject = $4::text)
       and ($5::date is null or r.on_day between $5::date and $6::date)
       and ($10::text is null or r.key_form = text_form($10::text))
       and ($7::text is null or $7::text = loan_state(r.loan, $8::date, $9::timestamptz))
       and ($11::text is null
            or position(text_form($11::text) in r.key_form) > 0
            or position(upper($11::text) in r.subject) > 0
            or position($11::text in (r.loan).borrower_name) > 0)
),
page as (
    select h.id, h.version, h.bytes, row_number() over () as turn
      from (
           select h.*
             from hits h
            where $1::uuid is null
               or case when $12::text is null or $12::text = 'recorded' then h.id > $1::uuid
                       when $12::text = '-recorded' then h.id < $1::uuid
                       when $12::text like '-%' then
                            (h.sort, h.id) < (select a.sort, a.id from every a where a.id = $1::uuid)
                       else (h.sort, h.id) > (select a.sort, a.id from every a where a.id = $1::uuid) end
            order by case when $12::text like '-%' then h.sort end desc,
                     case when $12::text not like '-%' then h.sort end,
                     case when $12::text like '-%' then h.id end desc,
                     h.id
            limit $2::int) h
),
sized as (
    select p.id, p.version, p.turn, sum(p.bytes) over (order by p.turn) - p.bytes as before,
           count(*) over () as page
      from page p
)
select a.outcome, a.id, a.version, a.body, a.sha256, a.recorded_at, a.recorded_by, a.flags, a.leaf,
       a.leaf_hash, a.head, loan_life_members(l, $8::date, $9::timestamptz)::text as life, null::text as mark, s.page,
       case when $13::bool then (select count(*) from hits) end as total
  from sized s
  join record_answer a on a.id = s.id and a.version = s.version
  join loan l on l.id = s.id and l.version = s.version
 where s.before < 8388608
 order by s.turn
