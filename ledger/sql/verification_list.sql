-- verification_list: a page of what verifications found; ordered by '-ended', the newest comes first.
-- -> cursor text, total int8, amount text, item text (JSON)
with every as not materialized (
    select v.id, v as run,
           coalesce(case ltrim($4::text, '-') when 'ended' then instant_text(v.ended_at) end, '') collate "C" as sort
      from verification v
),
hits as not materialized (
    select x.id, x.sort, null::bigint as fen, x.run
      from every x
     where ($3::text is null or position($3::text in (x.run).findings::text) > 0)
),
--+ page uuid
select p.id::text as cursor, c.total, c.amount,
       json_strip_nulls(json_build_object('id', p.id, 'started_at', instant_text((p.run).started_at),
           'ended_at', instant_text((p.run).ended_at), 'since', (p.run).since, 'log_size', (p.run).log_size,
           'defects', (p.run).defects, 'findings', (p.run).findings))::text as item
  from page p
 cross join counted c
 order by p.turn
