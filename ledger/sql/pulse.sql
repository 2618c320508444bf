-- pulse: is the database there, does it take writes, is its clock behind the log, does it wait for a replica? And the
-- newest signed head of the log.
-- -> writable bool, behind_s int8 (seconds by which it is so far behind that nothing is written; 0: it is not),
--    unsynced bool (a commit has waited for two seconds for a replica or the backup to have it),
--    size int8, root text (hex), signature text (hex), signed_at text
select not pg_is_in_recovery() as writable,
       case when clock_stops(c.behind) then ceil(extract(epoch from c.behind))::int8 else 0 end as behind_s,
       commit_waits() as unsynced,
       h.size,
       encode(h.root, 'hex') as root,
       encode(h.signature, 'hex') as signature,
       instant_text(h.signed_at) as signed_at
  from (select clock_behind() as behind offset 0) c
  left join lateral (select x.* from log_head x order by x.size desc limit 1) h on true
