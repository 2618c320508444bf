-- access_store: store a batch of entries of the access log; what is there already stays.
-- $1 batch, $2 JSON array of {us, org, person, route, what, shown}
-- -> stored int8
select access_store($1::uuid, $2::json) as stored
