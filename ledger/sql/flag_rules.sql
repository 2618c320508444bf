-- flag_rules: the rules of red flags with their thresholds in force and how these came about.
-- -> rule text (JSON)
select flag_rule_json(u)::text as rule
  from flag_rule u
 order by u.code
