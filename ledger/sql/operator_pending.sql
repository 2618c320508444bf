-- operator_pending: in whose name the program records, and what the operator has accepted that is not on record yet.
-- -> org int8, code text (of the organisation), reference text, person text, reason text, detail text (null: nothing)
select o.id as org, o.code, c.reference, c.person, c.reason, c.detail
  from org o
  left join lateral clock_unrecorded() c on true
 where o.code = 'SYSTEM'
   and o.kind = 'ip_office'
