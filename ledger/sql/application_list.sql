-- application_list: a page of applications, in the order of recording unless another is asked for; row-level security
-- of whoever asks applies.
-- $6 policy code, $7 state, $8 waiting (bool): only those that wait for whoever asks; each or null
-- -> as record_get, and page int8 (as loan_list), total int8, amount text
with every as not materialized (
    select r.id, r.version, r.body, r.key_form, a.policy_code, a.loan_id, n.state, n.amount_fen,
           coalesce(case ltrim($4::text, '-')
                when 'on' then r.on_day::text
                when 'key' then r.key
                when 'amount' then lpad(n.amount_fen::text, 20, '0') end, '') collate "C" as sort
      from application a
      join submission r on r.id = a.id and r.version = 1
      join application_now n on n.application = a.id
),
hits as not materialized (
    select a.id, a.version, octet_length(a.body::text) as bytes, a.sort, a.amount_fen as fen
      from every a
     where ($6::text is null or a.policy_code = $6::text)
       and ($7::text is null or a.state = $7::text)
       and ($8::boolean is not true or a.state in ('reserved', 'approved', 'demanded') and application_waits(a.id))
       and ($3::text is null
            or position(text_form($3::text) in a.key_form) > 0
            or exists (select from loan l where l.id = a.loan_id and position($3::text in l.borrower_name) > 0))
),
--+ page uuid
--+ records uuid
--+ record_page life
