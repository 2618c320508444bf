-- claim_list: a page of claims, in the order of recording unless another is asked for; row-level security of whoever
-- asks applies. Amounts are what the fund bears, as it was judged last.
-- $6 loan as the claim names it, $7 state, $8 code of who claimed, $9 scheme, $10 a day: returned claims that are to
-- come back before it; each or null
-- -> as record_get, and page int8 (as loan_list), total int8, amount text
with every as not materialized (
    select r.id, r.version, r.body, r.subject, r.key_form, c.org_id, c.scheme_code, c.loan_id,
           coalesce(case ltrim($4::text, '-')
                when 'on' then r.on_day::text
                when 'key' then r.key
                when 'amount' then lpad(claim_fund_fen(c.id)::text, 20, '0') end, '') collate "C" as sort
      from claim c
      join submission r on r.id = c.id and r.version = 1
),
hits as not materialized (
    select c.id, c.version, octet_length(c.body::text) as bytes, c.sort, claim_fund_fen(c.id) as fen
      from every c
     where ($6::text is null or c.subject = $6::text)
       and ($7::text is null or claim_state(c.id) = $7::text)
       and ($8::text is null or c.org_id = (select o.id from org o where o.code = $8::text))
       and ($9::text is null or c.scheme_code = $9::text)
       and ($10::date is null or claim_due_on(c.id) < $10::date)
       and ($3::text is null
            or position(text_form($3::text) in c.key_form) > 0
            or position(text_form($3::text) in text_form(c.subject)) > 0
            or exists (select from loan l where l.id = c.loan_id and position($3::text in l.borrower_name) > 0))
),
--+ page uuid
--+ records uuid
--+ record_page life
