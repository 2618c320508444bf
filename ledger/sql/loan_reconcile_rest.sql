-- loan_reconcile_rest: the reader's own current loans, in the order of their ids; voided ones are none.
-- $1 after (uuid) or null, $2 limit, $3 as_of for the state
-- -> id uuid, key text, state text
select x.id,
       x.key,
       x.state
  from (
       select r.id, r.key, loan_state(l, $3::date, null) as state
         from submission r
         join loan l on l.id = r.id and l.version = r.version
        where r.org_id = (select my_org())
          and r.type = 'loan'
          and ($1::uuid is null or r.id > $1::uuid)
          and not record_has_later(r.id, r.version, null)
        order by r.id
        limit $2::int) x
 order by x.id
