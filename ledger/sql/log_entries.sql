-- log_entries: entries of the log, as their leaves' hashes are made of them.
-- $1 number of the first, $2 how many
-- -> entry text
select e.entry
  from log_entries($1::bigint, $2::int) e
 order by e.no
