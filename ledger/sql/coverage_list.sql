-- coverage_list: a page of covers in the order of recording, or one of them; row-level security of who asks applies.
-- $1 after (its number) or null, $2 limit (one more row tells that there are more), $3 contract number of the loan,
-- $4 scheme, $5 state, $6 code of the bank, $7 id; each or null
-- -> no text, cover text (JSON)
select c.no::text as no, coverage_shown(c)::text as cover
  from coverage c
 where ($1::bigint is null or c.no > $1::bigint)
   and ($3::text is null or c.loan_id in (select r.id from submission r where r.type = 'loan' and r.key = $3::text))
   and ($4::text is null or c.scheme_code = $4::text)
   and ($5::text is null or case c.state when 'pending' then 'requested' else c.state end = $5::text)
   and ($6::text is null or c.org_id = (select o.id from org o where o.code = $6::text))
   and ($7::uuid is null or c.id = $7::uuid)
 order by c.no
 limit $2::int + 1
