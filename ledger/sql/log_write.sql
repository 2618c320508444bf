-- log_write: store the leaves of one flight and the signed head that covers them.
-- $1 ids, $2 versions, $3 leaf hashes, $4 nodes that each leaf completes, $5 forms: arrays of one length, hashes in
-- hex; $6 size, $7 root, $8 frontier, $9 signature (hex), $10 signed_at
-- The leaves are the last of the log: their numbers end with size - 1. What waited for one of them waits no more.
with leaves as (
    insert into log_leaf (no, hash, nodes, record_id, version, head, form)
    select $6::bigint - cardinality($1::uuid[]) + e.ord - 1, decode(e.hash, 'hex'), decode(e.nodes, 'hex'), e.id,
           e.version, $6::bigint, e.form
      from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::smallint[]) with ordinality
           as e(id, version, hash, nodes, form, ord)
),
taken as (
    delete from log_pending where flight = any ($1::uuid[])
)
insert into log_head (size, root, frontier, signature, signed_at)
values ($6::bigint, decode($7::text, 'hex'), decode($8::text, 'hex'), decode($9::text, 'hex'),
        $10::text::timestamptz)
