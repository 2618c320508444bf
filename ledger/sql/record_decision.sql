-- record_decision: what was decided when a record was made, as members of its answer.
-- $1 type, $2 id
-- -> members text
select record_decision_members($1::text, $2::uuid) as members
