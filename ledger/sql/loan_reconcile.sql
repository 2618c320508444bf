-- loan_reconcile: the reader's own loans of these contract numbers, as they stand.
-- $1 JSON array of contract numbers, $2 as_of for the state
-- -> ord int8 (from 1), id uuid, body text, state text; a number that is not on record has no row
select k.ord,
       x.id,
       x.body,
       x.state
  from json_array_elements_text($1::json) with ordinality as k(key, ord)
 cross join lateral (
       select r.id, r.body::text as body, loan_state(l, $2::date, null) as state
         from submission r
         join loan l on l.id = r.id and l.version = r.version
        where r.org_id = (select my_org())
          and r.type = 'loan'
          and r.key_form = text_form(k.key)
        order by r.version desc
        limit 1) x
 order by k.ord
