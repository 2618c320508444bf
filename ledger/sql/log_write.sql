-- log_write: store the leaves of one flight and the signed head that covers them.
-- $1 ids, $2 versions, $3 leaf hashes, $4 nodes that each leaf completes: arrays of one length, hashes in hex;
-- $5 size, $6 root, $7 frontier, $8 signature (hex), $9 signed_at
-- The leaves are the last of the log: their numbers end with size - 1.
with leaves as (
    insert into log_leaf (no, hash, nodes, record_id, version, head)
    select $5::bigint - cardinality($1::uuid[]) + e.ord - 1, decode(e.hash, 'hex'), decode(e.nodes, 'hex'), e.id,
           e.version, $5::bigint
      from unnest($1::uuid[], $2::int[], $3::text[], $4::text[]) with ordinality as e(id, version, hash, nodes, ord)
)
insert into log_head (size, root, frontier, signature, signed_at)
values ($5::bigint, decode($6::text, 'hex'), decode($7::text, 'hex'), decode($8::text, 'hex'),
        $9::text::timestamptz)
