-- nightly_rules: what the program scans by night, and in whose name.
-- -> org int8, code text (of the organisation), rule text
select o.id as org, o.code, u.code as rule
  from org o
 cross join flag_rule u
 where o.code = 'SYSTEM'
   and o.kind = 'ip_office'
   and u.judge is not null
 order by u.code
