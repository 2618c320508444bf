-- log_write: store the leaves of one flight and the signed head that covers them.
-- $1 ids, $2 versions, $3 leaf hashes, $4 nodes that each leaf completes, $5 forms, $6 tokens, of rows who wrote them
-- ('-': none): arrays of one length, hashes in hex; $7 size, $8 root, $9 frontier, $10 signature (hex), $11 signed_at
-- The leaves are the last of the log: their numbers end with size - 1. What waited for one of them waits no more.
with leaves as (
    insert into log_leaf (no, hash, nodes, record_id, version, head, form, token, writer)
    select $7::bigint - cardinality($1::uuid[]) + e.ord - 1, decode(e.hash, 'hex'), decode(e.nodes, 'hex'), e.id,
           e.version, $7::bigint, e.form, case when e.form <> 3 then decode(nullif(e.token, '-'), 'hex') end,
           case when e.form = 3 then decode(nullif(e.token, '-'), 'hex') end
      from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::smallint[], $6::text[]) with ordinality
           as e(id, version, hash, nodes, form, token, ord)
),
taken as (
    delete from log_pending where flight = any ($1::uuid[])
)
insert into log_head (size, root, frontier, signature, signed_at)
values ($7::bigint, decode($8::text, 'hex'), decode($9::text, 'hex'), decode($10::text, 'hex'),
        $11::text::timestamptz)
