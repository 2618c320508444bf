-- loan_key: the contract number of a loan that the reader may see.
-- $1 loan id
-- -> key text
select r.key
  from submission r
 where r.type = 'loan'
   and r.id = $1::uuid
   and not record_has_later(r.id, r.version, null)
