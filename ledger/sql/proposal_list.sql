-- proposal_list: a page of proposals in the order of recording, or one of them, of those that whoever asks may see.
-- $1 id, $2 after (its number), $3 state, $4 kind, $5 'true': only those that wait for whoever asks, $6 limit (one more
-- row tells that there are more); each or null
-- -> no text, proposal text (JSON)
select p.no, p.proposal
  from proposals_seen($1::uuid, $2::bigint, $3::text, $4::text, $5::boolean, $6::int + 1) p
