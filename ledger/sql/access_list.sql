-- access_list: who read what, in the order of the batches.
-- $1 cursor (batch.n) or null, $2 limit, $3 organisation or null, $4 person or null, $5 from day, $6 to day (or null),
-- $7 part of the address or null
-- -> id text, at text, org text, person text, route text, what text, shown int8
select a.batch || '.' || a.n as id,
       instant_text(a.at) as at,
       o.code as org,
       a.person,
       a.route,
       a.what,
       a.shown
  from access_log a
  join org o on o.id = a.org_id
 where ($1::text is null or (a.batch, a.n) > (split_part($1::text, '.', 1)::uuid, split_part($1::text, '.', 2)::int))
   and ($3::text is null or a.org_id = (select x.id from org x where x.code = $3::text))
   and ($4::text is null or a.person = $4::text)
   and ($5::date is null or a.at >= $5::date::timestamp at time zone 'Asia/Shanghai')
   and ($6::date is null or a.at < ($6::date + 1)::timestamp at time zone 'Asia/Shanghai')
   and ($7::text is null or position($7::text in a.what) > 0)
 order by a.batch, a.n
 limit $2::int
