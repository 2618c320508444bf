-- flag_get: one red flag with its records, and whether they still show the case.
-- $1 id
-- -> flag text (JSON), standing text (true, false)
select flag_json(f, 1000) as flag, to_json(flag_standing(f.id))::text as standing
  from flag f
 where f.id = $1::uuid
