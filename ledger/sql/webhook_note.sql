-- webhook_note: what became of a delivery.
-- $1 subscription, $2 how far it has come, $3 'true': something was sent, $4 why it came to nothing or null,
-- $5 seconds to the first further try
-- -> noted int8
select webhook_note($1::uuid, $2::bigint, $3::boolean, $4::text, $5::int) as noted
