-- log_tail: the newest signed head of the log, and how often the log went on from an earlier state.
-- $1 reference of an acceptance that may not be on record yet, or null
-- -> size int8, frontier text (hex), root text (hex), signature text (hex), signed_at text, restores int8
select h.size,
       encode(h.frontier, 'hex') as frontier,
       encode(h.root, 'hex') as root,
       encode(h.signature, 'hex') as signature,
       instant_text(h.signed_at) as signed_at,
       log_restores($1::text) as restores
  from log_head h
 order by h.size desc
 limit 1
