-- report_rows: the records behind one cell of the quarterly report, a page of them, and what all of them come to.
-- $1 section, $2 first day of the quarter, $3 last day that counts, $4 known_at or null, $5 basis or null (the plan's),
-- $6 row or null,
-- $7 which column of the facts, $8 id and $9 row of the last one seen or null, $10 limit
-- -> total int8, total_firms int8, total_facts int8, row_key text, id uuid, version int4, type text, reference text,
--    firm text, v int8, money bool (null: as the catalogue says), firm_name text, on_day text (both as the record has
--    them, or null); one row without an id when there are none
select r.total, r.total_firms, r.total_facts, r.row_key, r.id, r.version, r.type, r.reference, r.firm, r.v,
       case when $1::text = 'targets' then
            (select t.metric = 'amount' from plan_target t where t.id = $6::text limit 1) end as money,
       coalesce(s.body ->> 'borrower_name', s.body ->> 'insured_name', s.body ->> 'acquirer_name',
                s.body ->> 'name') as firm_name,
       coalesce(s.body ->> 'signed_on', s.body ->> 'on', s.body ->> 'starts_on') as on_day
  from report_rows($1::text, $2::date, $3::date, $4::timestamptz,
                   coalesce($5::text, plan_basis($2::date, $4::timestamptz)), $6::text, $7::int,
                   $8::uuid, $9::text, $10::int) r
  left join submission s on s.id = r.id and s.version = r.version
 order by r.id, r.row_key
