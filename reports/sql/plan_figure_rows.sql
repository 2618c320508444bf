-- plan_figure_rows: the records that a figure of the goals T4 to T6 is made of, as far as the reader sees them.
-- $1 plan code, $2 side, $3 figure, $4 way or null, $5 first day, $6 last day, $7 known_at or null, $8 how many to pass
-- over, $9 at most
-- -> document text (JSON; null when there is no such plan)
with every as materialized (
    select r.*
      from plan_goal_rows($5::date, $6::date, $7::timestamptz) r
     where r.side = $2::text and r.figure = $3::text and ($4::text is null or r.way = $4::text)
),
page as (
    select e.* from every e order by e.on_day, e.id offset $8::bigint limit $9::bigint
)
select (select json_build_object('plan', p.code, 'side', $2::text, 'figure', $3::text, 'from', $5::date, 'to', $6::date,
               'rows', (select count(*) from every),
               'total', (select case when $3::text = 'count' then to_json(coalesce(sum(e.value), 0)::bigint)
                                     else to_json(yuan_text(coalesce(sum(e.value), 0)::bigint)) end from every e),
               'items', (select coalesce(json_agg(json_build_object('type', g.type, 'id', g.id, 'version', g.version,
                                'reference', g.reference, 'on', g.on_day, 'way', g.way, 'firm', g.firm,
                                'district', g.district,
                                'value', case when $3::text = 'count' then to_json(g.value)
                                              else to_json(yuan_text(g.value)) end)
                                order by g.on_day, g.id), '[]') from page g),
               'next', (select case when count(*) > $8::bigint + $9::bigint then $8::bigint + $9::bigint end
                          from every))
          from plan p
         where p.code = $1::text)::text as document
