-- coverage_list: a page of covers in the order of recording unless another is asked for, or one of them; row-level
-- security of who asks applies.
-- $6 id, $7 contract number of the loan, $8 scheme, $9 state, $10 code of the bank; each or null
-- -> cursor text, total int8, amount text, item text (JSON)
with every as not materialized (
    select c.no as id, c as cover,
           coalesce(case ltrim($4::text, '-')
                when 'on' then c.on_day::text
                when 'key' then c.reference
                when 'amount' then lpad(c.amount_fen::text, 20, '0') end, '') collate "C" as sort
      from coverage c
),
hits as not materialized (
    select x.id, x.sort, (x.cover).amount_fen as fen, x.cover
      from every x
     where ($6::uuid is null or (x.cover).id = $6::uuid)
       and ($7::text is null
            or (x.cover).loan_id in (select r.id from submission r where r.type = 'loan'
                                        and r.key_form = text_form($7::text)))
       and ($8::text is null or (x.cover).scheme_code = $8::text)
       and ($9::text is null
            or case (x.cover).state when 'pending' then 'requested' else (x.cover).state end = $9::text)
       and ($10::text is null or (x.cover).org_id = (select o.id from org o where o.code = $10::text))
       and ($3::text is null
            or position(text_form($3::text) in text_form((x.cover).reference)) > 0
            or exists (select from submission r
                        where r.id = (x.cover).loan_id and r.type = 'loan'
                          and (position(text_form($3::text) in r.key_form) > 0 or record_names(r.body, $3::text))))
),
--+ page bigint
select p.id::text as cursor, c.total, c.amount, coverage_shown(p.cover)::text as item
  from page p
 cross join counted c
 order by p.turn
