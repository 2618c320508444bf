-- verify_acts: rates, bases, tiers, districts, plans, ends of policies, accounts, publications that differ from the
-- record by which they came: a row each
-- -> defect text, place text
with act as materialized (
    select * from cause_acts('{lpr,baseline,approval_tier,district,account}')
),
wrote as materialized (
    select *
      from cause_rows('{lpr,baseline,approval_tier,city_district,department,account,plan_version,plan_version_target,
                        plan_version_metric,plan_version_chapter,plan_version_measure}')
)
select 'rate that differs from its record' as defect, coalesce(p.on_day::text, a.body ->> 'on') as place
  from (select p.* from wrote w cross join lateral json_populate_record(null::lpr, w.content) p where w.tab = 'lpr') p
  full join (select * from act where type = 'lpr') a on a.body ->> 'on' = p.on_day::text
 where (p.one_year_ppm, p.five_year_ppm)
       is distinct from (ppm_of(a.body ->> 'one_year'), ppm_of(a.body ->> 'five_year'))
union all
select 'base of a plan that differs from its record', concat_ws(' ', b.plan, b.year, b.version)
  from wrote w
 cross join lateral json_populate_record(null::baseline, w.content) b
 where w.tab = 'baseline'
   and not exists (select from act a
                    cross join json_to_recordset(a.body -> 'years') as y(year int, amount numeric, count bigint,
                          source text, assumed boolean)
                    where a.type = 'baseline'
                      and (a.body ->> 'plan', y.year, yuan_fen(y.amount), y.count, y.source, y.assumed, a.at, a.by_whom)
                          is not distinct from
                          (b.plan, b.year, b.amount_fen, b.count, b.source, b.assumed, b.recorded_at, b.recorded_by))
union all
select 'base of a plan that was approved and is not there', concat_ws(' ', a.body ->> 'plan', y.year)
  from act a
 cross join json_to_recordset(a.body -> 'years') as y(year int, amount numeric, count bigint, source text,
       assumed boolean)
  left join lateral (
       select x.* from baseline x
        where x.plan = a.body ->> 'plan' and x.year = y.year and x.recorded_at <= a.at
        order by x.version desc limit 1) b on true
 where a.type = 'baseline'
   and (b.amount_fen, b.count, b.source, b.assumed)
       is distinct from (yuan_fen(y.amount), y.count, y.source, y.assumed)
union all
select 'tier that differs from its record', coalesce(t.record_id::text, a.id::text, concat_ws(' ', t.type, t.from_fen))
  from (select t.* from wrote w cross join lateral json_populate_record(null::approval_tier, w.content) t
         where w.tab = 'approval_tier') t
  full join (select * from act where type = 'approval_tier') a on a.id = t.record_id
 where (t.type, t.from_fen, t.persons, t.recorded_at, t.recorded_by)
       is distinct from
       (a.body ->> 'act', fen_of(a.body ->> 'from'), (a.body ->> 'persons')::int, a.at, a.by_whom)
union all
select 'district that differs from its record', coalesce(d.code, a.body ->> 'code')
  from (select d.* from wrote w cross join lateral json_populate_record(null::city_district, w.content) d
         where w.tab = 'city_district') d
  full join (select * from act where type = 'district') a on a.body ->> 'code' = d.code
 where (d.zh, d.en)
       is distinct from (a.body ->> 'title', coalesce(a.body ->> 'title_en', a.body ->> 'title'))
union all
select 'department that is not that of a district', d.code
  from wrote w
 cross join lateral json_populate_record(null::department, w.content) d
 where w.tab = 'department'
   and not exists (select from city_district x
                    where (x.code, 9, x.zh || '政府', x.en || ' District', 'district', x.code)
                          is not distinct from (d.code, d.no, d.zh, d.en, d.recorder, d.district))
union all
select 'account that differs from its record', coalesce(c.code, a.body ->> 'code')
  from (select c.* from wrote w cross join lateral json_populate_record(null::account, w.content) c
         where w.tab = 'account' and not account_is_reserved(c.code)) c
  full join (select * from act where type = 'account') a on a.body ->> 'code' = c.code
 where (c.kind, c.title, c.no_overdraft, c.opened_on) is distinct from
       (a.body ->> 'kind', a.body ->> 'title', (a.body ->> 'no_overdraft')::boolean, (a.body ->> 'opened_on')::date)
    or num_nonnulls(c.party, c.scheme) > 0
union all
select 'account of no scheme and no policy', c.code
  from wrote w
 cross join lateral json_populate_record(null::account, w.content) c
 cross join lateral (select split_part(c.code, ':', 1) as place) x
 where w.tab = 'account'
   and account_is_reserved(c.code)
   and ((c.kind, c.no_overdraft) not in (
            select y.kind, y.no_overdraft
              from (values ('fund', 'asset', true), ('appropriation', 'income', false), ('adjustment', 'equity', false),
                           ('paid', 'expense', false), ('recovered', 'income', false), ('subsidy', 'asset', true),
                           ('granted', 'expense', false)) as y(place, kind, no_overdraft)
             where y.place = x.place)
        or case when c.scheme is not null then not exists (select from scheme s where s.code = c.scheme)
                else not exists (select from policy p where position(p.code in c.code) > 0
                                                         or p.body -> 'budget' ->> 'account' = c.code) end)
union all
select 'assent to a plan that differs from its record', coalesce(a.id, r.id) || ''
  from plan_assent a
  full join (select * from submission where type = 'plan_approval') r on r.id = a.id
 where (a.plan::text, a.reason, a.recorded_at, a.recorded_by)
       is distinct from (r.body ->> 'plan', r.body ->> 'reason', r.recorded_at, r.recorded_by)
union all
select 'plan in force that differs from its record', concat_ws(' ', v.code, v.version)
  from wrote w
 cross join lateral json_populate_record(null::plan_version, w.content) v
  left join submission r on r.id = v.id and r.version = v.record_version and r.type = 'plan'
  left join plan_assent a on a.plan = v.id and a.record_version = v.record_version and a.state = 'in_force'
  left join lateral json_to_record(r.body) as b(code text, title text, title_en text, first_year int, last_year int,
            basis text, source text, assumed boolean) on true
 where w.tab = 'plan_version'
   and (v.code, v.title, v.title_en, v.first_year, v.last_year, v.basis, v.source, v.assumed, v.reason, v.approved_at,
        v.approved_by)
       is distinct from
       (b.code, b.title, b.title_en, b.first_year, b.last_year, b.basis, b.source, b.assumed, a.reason, a.recorded_at,
        a.recorded_by)
union all
select 'target or measure of a plan that differs from its record', w.tab || ' ' || concat_ws(' ', w.content ->> 'plan',
       w.content ->> 'version', w.content ->> 'target', w.content ->> 'no')
  from wrote w
 where w.tab like 'plan_version_%'
   and not exists (
       select from plan_version v
         join submission r on r.id = v.id and r.version = v.record_version
        cross join lateral plan_rows(r.body, v.version) x
        where v.code = w.content ->> 'plan' and v.version = (w.content ->> 'version')::int
          and x.tab = w.tab and x.content::jsonb = w.content::jsonb)
union all
select 'target or measure of a plan that is not there', concat_ws(' ', x.tab, v.code, v.version, x.content ->> 'no')
  from wrote p
 cross join lateral json_populate_record(null::plan_version, p.content) v
  join submission r on r.id = v.id and r.version = v.record_version
 cross join lateral plan_rows(r.body, v.version) x
 where p.tab = 'plan_version'
   and x.content::jsonb not in (select w.content::jsonb from wrote w where w.tab = x.tab)
union all
select 'end of a policy that differs from its record', coalesce(e.policy::text, r.body ->> 'policy')
  from policy_end e
  full join (select * from submission where type = 'policy_step' and body ->> 'step' = 'end') r
    on r.body ->> 'policy' = e.policy::text
 where (e.on_day, e.reason, e.recorded_at, e.recorded_by)
       is distinct from ((r.body ->> 'on')::date, r.body ->> 'reason', r.recorded_at, r.recorded_by)
union all
select 'publication that differs from its record', coalesce(x.id, r.id) || ''
  from publication x
  full join (select * from submission where type = 'publication') r on r.id = x.id
 where (x.quarter, x.reason, x.recorded_at, x.by_whom)
       is distinct from (r.body ->> 'quarter', r.body ->> 'reason', r.recorded_at, r.recorded_by)
 order by 1, 2
