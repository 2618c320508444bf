-- claim_list: a page of claims, in the order of recording unless another is asked for; row-level security of whoever
-- asks applies.
-- $1 after (uuid) or null, $2 limit, $3 loan as the claim names it, $4 state, $5 code of who claimed, $6 scheme,
--    $7 a day: returned claims that are to come back before it, $8 a part of its reference, its loan's number or the
--    borrower's name, $9 order ('-on': the latest first); each or null; $10 whether all are counted
-- -> as record_get, and page int8 (as loan_list), total int8 (null when it was not asked for)
-- The record that a page begins behind: as in loan_list.
with every as not materialized (
    select r.id, r.version, r.body, r.subject, r.key_form, c.org_id, c.scheme_code, c.loan_id,
           coalesce(case ltrim($9::text, '-') when 'on' then r.on_day::text when 'key' then r.key end, '')
               collate "C" as sort
      from claim c
      join submission r on r.id = c.id and r.version = 1
),
hits as not materialized (
    select c.id, c.version, octet_length(c.body::text) as bytes, c.sort
      from every c
     where ($3::text is null or c.subject = $3::text)
       and ($4::text is null or claim_state(c.id) = $4::text)
       and ($5::text is null or c.org_id = (select o.id from org o where o.code = $5::text))
       and ($6::text is null or c.scheme_code = $6::text)
       and ($7::date is null or claim_due_on(c.id) < $7::date)
       and ($8::text is null
            or position(text_form($8::text) in c.key_form) > 0
            or position(text_form($8::text) in text_form(c.subject)) > 0
            or exists (select from loan l where l.id = c.loan_id and position($8::text in l.borrower_name) > 0))
),
page as (
    select h.id, h.version, h.bytes, row_number() over () as turn
      from (
           select h.*
             from hits h
            where $1::uuid is null
               or case when $9::text is null or $9::text = 'recorded' then h.id > $1::uuid
                       when $9::text = '-recorded' then h.id < $1::uuid
                       when $9::text like '-%' then
                            (h.sort, h.id) < (select a.sort, a.id from every a where a.id = $1::uuid)
                       else (h.sort, h.id) > (select a.sort, a.id from every a where a.id = $1::uuid) end
            order by case when $9::text like '-%' then h.sort end desc,
                     case when $9::text not like '-%' then h.sort end,
                     case when $9::text like '-%' then h.id end desc,
                     h.id
            limit $2::int) h
),
sized as (
    select p.id, p.version, p.turn, sum(p.bytes) over (order by p.turn) - p.bytes as before,
           count(*) over () as page
      from page p
)
select a.outcome, a.id, a.version, a.body, a.sha256, a.recorded_at, a.recorded_by, a.flags, a.leaf,
       a.leaf_hash, a.head, record_life_members(a.type, a.id, a.version, null, null)::text as life,
       null::text as mark, s.page, case when $10::bool then (select count(*) from hits) end as total
  from sized s
  join record_answer a on a.id = s.id and a.version = s.version
 where s.before < 8388608
 order by s.turn
