-- seal: store the leaves of one flight and the signed head that covers them.
-- $1 JSON array of {no, hash, nodes, id, version}, $2 size, $3 root, $4 frontier, $5 signature (hex),
-- $6 signed_at
with leaves as (
    insert into log_leaf (no, hash, nodes, record_id, version, head)
    select e.no, decode(e.hash, 'hex'), decode(e.nodes, 'hex'), e.id, e.version, $2::bigint
      from json_to_recordset($1::json) as e(
           no bigint, hash text, nodes text, id uuid, version int)
)
insert into log_head (size, root, frontier, signature, signed_at)
values ($2::bigint, decode($3::text, 'hex'), decode($4::text, 'hex'), decode($5::text, 'hex'),
        $6::text::timestamptz)
