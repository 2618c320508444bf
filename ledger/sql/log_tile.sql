-- log_tile: hashes of one level of the log's tree, from the left.
-- $1 number of the leaf that ends the first of their subtrees, $2 leaves a subtree, $3 how many, $4 level of the
--    subtrees (0: the leaves themselves)
-- -> hash text (hex)
select encode(substr(l.hash || l.nodes, $4::int * 32 + 1, 32), 'hex') as hash
  from log_leaf l
 where l.no in (select $1::bigint + x * $2::bigint from generate_series(0, $3::int - 1) x)
 order by l.no
