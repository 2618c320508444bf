-- enterprise_list: firms that the reader may see something of, in the order of their codes.
-- $1 after (a code) or null, $2 limit (one more row tells that there are more), $3 a part of name or code or null,
-- $4 whether all are counted
-- -> uscc text, name text, district text, industry text, total int8 (null when it was not asked for)
with hits as not materialized (
    select s.uscc
      from firm_submission s
     where $3::text is null
        or position(upper($3::text) in s.uscc) > 0
        or position($3::text in s.name) > 0
     group by s.uscc
),
page as (
    select h.uscc
      from hits h
     where $1::text is null or h.uscc > $1::text
     order by h.uscc
     limit $2::int + 1
)
select p.uscc,
       l.name,
       l.district,
       l.industry,
       case when $4::bool then (select count(*) from hits) end as total
  from page p
 cross join lateral (
       select (array_agg(s.name order by s.year desc, s.recorded_at desc, s.id desc)
                   filter (where s.name is not null))[1] as name,
              (array_agg(s.district order by s.year desc, s.recorded_at desc, s.id desc))[1] as district,
              (array_agg(s.industry order by s.year desc, s.recorded_at desc, s.id desc)
                   filter (where s.industry is not null))[1] as industry
         from firm_submission s
        where s.uscc = p.uscc) l
 order by p.uscc
