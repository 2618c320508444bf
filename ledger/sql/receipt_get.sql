-- receipt_get: what proves that a record version is in the log under its signed head.
-- $1 record id, $2 version or null (the newest)
-- -> leaf int8, size int8, root text, signature text, signed_at text, leaf_text text, record text
select l.no as leaf,
       h.size,
       encode(h.root, 'hex') as root,
       encode(h.signature, 'hex') as signature,
       instant_text(h.signed_at) as signed_at,
       log_record_text(r, l.form, encode(r.sha256, 'hex'), l.token) as leaf_text,
       r.body::text as record
  from submission r
  join log_leaf l on l.record_id = r.id and l.version = r.version
  join log_head h on h.size = l.head
 where r.id = $1::uuid
   and ($2::int is null or r.version = $2::int)
 order by r.version desc
 limit 1
