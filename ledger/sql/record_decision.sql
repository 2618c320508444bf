-- record_decision: what was decided when a record was made, for its answer.
-- $1 type, $2 id
-- -> members text (a JSON object)
select record_decided($1::text, $2::uuid)::text as members
