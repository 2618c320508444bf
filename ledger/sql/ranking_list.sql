-- ranking_list: units by what their patents brought since a plan began, the best first, each score explained.
-- $1 plan code, $2 as of day, $3 known_at or null, $4 by (score, deals, product_revenue, jobs, loans), $5 kind or null,
-- $6 at most, $7 key of one unit or null: with the records behind each part
-- -> document text (JSON; null when there is no such plan, or no such unit). Without weights in force: no score.
with plan_days as materialized (
    select p.code, make_date(p.first_year, 1, 1) as first_day,
           least($2::date, make_date(p.last_year, 12, 31)) as last_day
      from plan p
     where p.code = $1::text
),
part as materialized (
    select r.*
      from plan_days d
     cross join lateral ranking_list(d.first_day, d.last_day, $3::timestamptz, $5::text) r
),
unit as materialized (
    select p.key, max(p.name) as name, max(p.kind) as kind, sum(p.points_100)::bigint as points_100,
           coalesce(max(p.value) filter (where p.by = $4::text), 0) as value,
           json_agg(json_strip_nulls(json_build_object('by', p.by,
                    'value', case when p.by = 'jobs' then to_json(p.value) else to_json(yuan_text(p.value)) end,
                    'best', case when p.by = 'jobs' then to_json(p.best) else to_json(yuan_text(p.best)) end,
                    'weight', percent_text(p.weight_ppm), 'points', (p.points_100 * 0.01)::numeric(9, 2)::text,
                    'records', p.records)) order by p.by) as parts
      from part p
     group by p.key
),
ranked as (
    select u.*, rank() over (order by case when $4::text = 'score' then u.points_100 else u.value end
                             desc nulls last) as rank
      from unit u
     where case when $4::text = 'score' then u.points_100 is null or u.points_100 >= 0 else u.value > 0 end
),
shown as (
    select r.* from ranked r where $7::text is null or r.key = $7::text order by r.rank, r.key limit $6::int
)
select (select json_build_object('plan', d.code, 'from', d.first_day, 'to', d.last_day, 'by', $4::text,
               'weights', (select json_build_object('id', w.id, 'version', w.version,
                                  'effective_from', w.effective_from,
                                  'deals', percent_text(w.deals_ppm),
                                  'product_revenue', percent_text(w.product_revenue_ppm),
                                  'jobs', percent_text(w.jobs_ppm), 'loans', percent_text(w.loans_ppm))
                             from ranking_weights(d.last_day, $3::timestamptz) w),
               'items', coalesce((
               select json_agg(json_strip_nulls(json_build_object('rank', s.rank, 'key', s.key, 'name', s.name,
                      'kind', s.kind, 'score', (s.points_100 * 0.01)::numeric(9, 2)::text,
                      'page', '/v1/plans/' || d.code || '/ranking?unit=' || s.key || '&by=' || $4::text,
                      'parts', s.parts,
                      'facts', case when $7::text is not null then (
                          select json_agg(json_build_object('by', f.by, 'type', f.type, 'id', f.id,
                                 'version', f.version,
                                 'reference', f.reference, 'on', f.on_day,
                                 'value', case when f.by = 'jobs' then to_json(f.value)
                                               else to_json(yuan_text(f.value)) end) order by f.by, f.on_day, f.id)
                            from ranking_facts(d.first_day, d.last_day, $3::timestamptz) f
                           where f.key = s.key) end))
                      order by s.rank, s.key)
                 from shown s), '[]'))
          from plan_days d
         where $7::text is null or exists (select from shown))::text as document
