-- record_list: a page of the current records of one type, in the order of recording unless another is asked for.
-- $6 type, $7 subject, $8 state; each but the first or null
-- -> as record_get, and page int8 (as loan_list), total int8, amount text
with every as not materialized (
    select r.id, r.version, r.body, r.subject, r.key_form,
           coalesce(case ltrim($4::text, '-') when 'on' then r.on_day::text when 'key' then r.key end, '')
               collate "C" as sort
      from submission r
     where r.type = $6::text
       and not record_has_later(r.id, r.version, null)
),
hits as not materialized (
    select r.id, r.version, octet_length(r.body::text) as bytes, r.sort, null::bigint as fen
      from every r
     where ($7::text is null or r.subject = $7::text)
       and ($8::text is null or record_state($6::text, r.id) = $8::text)
       and ($3::text is null or position(text_form($3::text) in r.key_form) > 0 or record_names(r.body, $3::text))
),
--+ page uuid
--+ records uuid
--+ record_page life
