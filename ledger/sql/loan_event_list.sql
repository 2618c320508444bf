-- loan_event_list: a page of events, in the order of recording unless another is asked for; stable under inserts.
-- $6 loan id, $7 contract_no, $8 known_at; each or null
-- -> as record_get, and page int8 (as loan_list), total int8, amount text
with every as not materialized (
    select e.id, e.loan_id, e.principal_fen, r.body, r.key_form, r.recorded_at,
           coalesce(case ltrim($4::text, '-') when 'on' then e.on_day::text when 'key' then r.key end, '')
               collate "C" as sort
      from loan_event e
      join submission r on r.id = e.id and r.version = 1
     where ($6::uuid is null or e.loan_id = $6::uuid)
),
hits as not materialized (
    select e.id, 1 as version, octet_length(e.body::text) as bytes, e.sort, e.principal_fen as fen
      from every e
     where ($7::text is null or e.loan_id = any ((select loan_find($7::text))::uuid[]))
       and ($8::timestamptz is null or e.recorded_at <= $8::timestamptz)
       and ($3::text is null or position(text_form($3::text) in e.key_form) > 0 or record_names(e.body, $3::text))
),
--+ page uuid
--+ records uuid
select a.outcome, a.id, a.version, a.body, a.sha256, a.recorded_at, a.recorded_by, a.flags, a.leaf,
       a.leaf_hash, a.head, null::text as life, null::text as mark, s.page, c.total, c.amount
  from sized s
  join record_answer a on a.id = s.id and a.version = s.version
 cross join counted c
 where s.before < 8388608
 order by s.turn
