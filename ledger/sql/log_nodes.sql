-- log_nodes: hashes of leaves and of the subtrees that they complete.
-- $1 JSON array of leaf numbers
-- -> no int8, hashes text (hex: the leaf, then the subtrees of 2, 4, 8 … leaves that end with it)
select l.no,
       encode(l.hash || l.nodes, 'hex') as hashes
  from log_leaf l
 where l.no in (select x::bigint from json_array_elements_text($1::json) as x)
