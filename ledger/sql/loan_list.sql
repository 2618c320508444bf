-- loan_list: a page of current loans, in the order of recording unless another is asked for; stable under inserts.
-- $6 district, $7 first and $8 last day of signing, $9 borrower, $10 state, $11 as_of for the state, $12 known_at,
-- $13 contract_no; each or null
-- A state of today, as it is known now, is looked up; that of another day is told loan by loan. A page in another order
-- than that of recording is looked up, too; whoever asks for one firm or contract, or for all to be counted, sorts.
-- -> as record_get, and page int8 (how many the limit allowed), total int8, amount text
with every as not materialized (
    select r.id, r.version, r.body, r.district, r.subject, r.on_day, r.key_form, l as loan,
           coalesce(case ltrim($4::text, '-')
                when 'signed_on' then l.signed_on::text
                when 'matures_on' then l.matures_on::text
                when 'amount' then lpad(l.amount_fen::text, 20, '0')
                when 'borrower_name' then text_form(l.borrower_name)
                when 'contract_no' then r.key_form end, '') as sort
      from submission r
      join loan l on l.id = r.id and l.version = r.version
     where r.type = 'loan'
       and ($12::timestamptz is null or r.recorded_at <= $12::timestamptz)
       and not record_has_later(r.id, r.version, $12::timestamptz)
),
hits as not materialized (
    select r.id, r.version, octet_length(r.body::text) as bytes, r.sort, (r.loan).amount_fen as fen
      from every r
     where ($6::text is null or r.district = $6::text)
       and ($9::text is null or r.subject = $9::text)
       and ($7::date is null or r.on_day between $7::date and $8::date)
       and ($13::text is null or r.key_form = text_form($13::text))
       and case when coalesce(ltrim($4::text, '-'), 'recorded') <> 'recorded' and not $5::bool
                     and num_nonnulls($9::text, $13::text) = 0
                then r.id = any ((select loans_in_order($4::text, $1::uuid, $2::bigint, $6::text, $7::date, $8::date,
                                                        $10::text, $11::date, $12::timestamptz, $3::text))::uuid[])
                when $10::text is null then true
                when num_nonnulls($11::date, $12::timestamptz) > 0
                then $10::text = loan_state(r.loan, coalesce($11::date, today()), $12::timestamptz)
                else r.id = any (array(
                   select s
                     from loans_in_state($10::text,
                          not $5::bool and coalesce(ltrim($4::text, '-'), 'recorded') = 'recorded'
                          and num_nonnulls($3::text, $6::text, $7::date, $9::text, $13::text) = 0,
                          $1::uuid, coalesce($4::text, '') = '-recorded', $2::int) s)) end
       and ($3::text is null
            or position(text_form($3::text) in r.key_form) > 0
            or position(upper($3::text) in r.subject) > 0
            or position($3::text in (r.loan).borrower_name) > 0)
),
--+ page uuid
--+ records uuid
select a.outcome, a.id, a.version, a.body, a.sha256, a.recorded_at, a.recorded_by, a.flags, a.leaf,
       a.leaf_hash, a.head,
       loan_life_members(l, coalesce($11::date, today()), $12::timestamptz)::text as life, null::text as mark,
       s.page, c.total, c.amount
  from sized s
  join record_answer a on a.id = s.id and a.version = s.version
  join loan l on l.id = s.id and l.version = s.version
 cross join counted c
 where s.before < 8388608
 order by s.turn
