-- log_tail: the newest signed head of the log.
-- -> size int8, frontier text (hex)
select h.size,
       encode(h.frontier, 'hex') as frontier
  from log_head h
 order by h.size desc
 limit 1
