-- access_list: a page of who read what, in the order of the batches; '-recorded': the newest first. Its key is a pair,
-- which is why it is not made as other lists are (part/page.sql).
-- $1 cursor (batch.n), $2 how many, $3 part of the address, $4 order, $5 whether all are counted, $6 organisation,
-- $7 person, $8 from day, $9 to day; each but $2 and $5 or null
-- -> cursor text, total int8, amount text, id text, at text, org text, person text, route text, what text, shown int8
with hits as not materialized (
    select a.*
      from access_log a
     where ($6::text is null or a.org_id = (select x.id from org x where x.code = $6::text))
       and ($7::text is null or a.person = $7::text)
       and ($8::date is null or a.at >= $8::date::timestamp at time zone 'Asia/Shanghai')
       and ($9::date is null or a.at < ($9::date + 1)::timestamp at time zone 'Asia/Shanghai')
       and ($3::text is null or position($3::text in a.what) > 0)
)
select a.batch || '.' || a.n as cursor,
       case when $5::bool then (select count(*) from hits) end as total,
       null::text as amount,
       a.batch || '.' || a.n as id,
       instant_text(a.at) as at,
       o.code as org,
       a.person,
       a.route,
       a.what,
       a.shown
  from hits a
  join org o on o.id = a.org_id
 where $1::text is null
    or case when $4::text = '-recorded' then
            (a.batch, a.n) < (split_part($1::text, '.', 1)::uuid, split_part($1::text, '.', 2)::int)
            else (a.batch, a.n) > (split_part($1::text, '.', 1)::uuid, split_part($1::text, '.', 2)::int) end
 order by case when $4::text = '-recorded' then a.batch end desc,
          case when $4::text = '-recorded' then a.n end desc,
          a.batch,
          a.n
 limit $2::int
