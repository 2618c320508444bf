-- org_id: the key of an organisation.
-- $1 code
-- -> id int8
select o.id
  from org o
 where o.code = $1::text
