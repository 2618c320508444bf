-- verify_covers: defects of covers under schemes: a row each
-- -> defect text, place text
-- What other releases froze and judged by their own terms is not held against today's (verify_adopted_at).
with judged as materialized (
    select (x ->> 'coverage')::uuid as coverage, ppm_of(x ->> 'uplift') as ppm
      from submission r
     cross join json_array_elements(r.body -> 'of') x
     where r.type = 'coverage_judgement' and x ->> 'uplift' is not null
)
select 'cover that differs from its record' as defect, coalesce(c.id, r.id) || '' as place
  from (select * from submission where type = 'coverage') r
  full join coverage c on c.id = r.id
 where c.id is null
    or r.id is not null
       and ((c.reference, c.scheme_code, c.org_id, c.paper, c.evidence)
            is distinct from
            (r.body ->> 'reference', r.body ->> 'scheme', r.org_id, r.body ->> 'on' is not null, r.body ->> 'evidence')
            or c.on_day <> coalesce((r.body ->> 'on')::date, (r.recorded_at at time zone 'Asia/Shanghai')::date)
            or not exists (select from loan_latest l where l.id = c.loan_id and l.org_id = r.org_id))
union all
select 'cover whose terms are not those of its loan', c.id || ''
  from coverage c
  join loan l on l.id = c.loan_id and l.version = c.loan_version
 where c.terms is not null
   and c.recorded_at > (select verify_adopted_at())
   and (c.state in ('requested', 'covered', 'suspended')
        or exists (select from coverage_step s where s.coverage = c.id and s.state = 'covered'))
   and (c.terms ->> 'amount' is distinct from yuan_text(c.amount_fen) or not verify_cover_terms(c, c.terms, l))
union all
select 'cover of an amount that nobody asked for', c.id || ''
  from coverage c
 where c.recorded_at > (select verify_adopted_at()) and not verify_cover_amount(c, c.amount_fen)
union all
select 'cover of an uplift that no judgement gave', c.id || ''
  from coverage c
 cross join lateral (values (ppm_of(c.terms ->> 'uplift')), (c.raised_ppm)) as x(ppm)
 where c.recorded_at > (select verify_adopted_at()) and x.ppm > 0
   and (c.id, x.ppm) not in (select j.coverage, j.ppm from judged j)
union all
select 'cover step that shows terms of no version of its loan', s.coverage || ' ' || s.n
  from coverage_step s
  join coverage c on c.id = s.coverage
 where s.shown ->> 'terms' is not null and c.recorded_at > (select verify_adopted_at())
   and not exists (select from loan v
                    where v.id = c.loan_id and v.recorded_at <= s.recorded_at
                      and verify_cover_terms(c, s.shown -> 'terms', v))
union all
select 'cover that is not where its steps left it', c.id || ''
  from coverage c
  left join lateral (select s.state from coverage_step s where s.coverage = c.id order by s.n desc limit 1) t on true
 where c.state <> coalesce(t.state, case when c.recorded_by = 'pledged' then 'covered' else 'pending' end)
   and not (c.state = 'pending' and t.state = 'requested') -- its loan was corrected: judged again
union all
select 'cover step that differs from its record', coalesce(s.coverage || ' ' || s.n, r.id || '')
  from (select s.*
          from coverage_step s
         where s.step in ('confirm', 'refuse')
            or s.step = 'end' -- unless its loan names another scheme since
               and not exists (select from coverage c
                                 join loan l on l.id = c.loan_id and l.version > 1
                                where c.id = s.coverage and l.recorded_at = s.recorded_at)) s
  full join (select * from submission where type = 'coverage_step') r
    on (r.body ->> 'coverage', r.body ->> 'step', r.recorded_at) = (s.coverage::text, s.step, s.recorded_at)
 where (s.reason, s.recorded_by) is distinct from (r.body ->> 'reason', r.recorded_by)
union all
select 'cover that stands beside a condition that does not hold', c.id || ''
  from coverage c
 where c.state = 'covered' and c.errors is not null
union all
select 'cover step that no judgement bears out', s.coverage || ' ' || s.n
  from coverage_step s
 where s.step in ('conditions', 'resume')
   and (s.recorded_at, s.coverage, s.step = 'conditions') not in (
       select r.recorded_at, (x ->> 'coverage')::uuid, json_array_length(x -> 'problems') > 0
         from submission r
        cross join json_array_elements(r.body -> 'of') x
        where r.type = 'coverage_judgement')
union all
select 'cover on paper that two persons did not confirm', c.id || ''
  from coverage c
  join submission r on r.id = c.id and r.type = 'coverage'
 where c.paper and c.state in ('covered', 'suspended', 'ended')
   and exists (select from coverage_step s where s.coverage = c.id and s.state = 'covered')
   and persons_were(array(select s.recorded_by from coverage_step s
                           where s.coverage = c.id and s.step = 'confirm'), array[r.recorded_by],
                    (select min(s.recorded_at) from coverage_step s
                      where s.coverage = c.id and s.state = 'covered')) < 2
union all
select 'cover that could be claimed on and that two persons of finance did not end', c.id || ''
  from coverage c
  join coverage_step s on s.coverage = c.id and s.step = 'end' and s.state = 'ended'
  join coverage_step e on e.coverage = c.id and e.n = s.n - 1 and e.state in ('covered', 'suspended')
 where not verify_cover_ended(c, s)
union all
select 'cover that weighs in its pool by what two persons did not agree on', c.id || ''
  from coverage c
 cross join lateral (values (c.pool_version::text, null), (null, c.pool_void::text)) as x(version, void)
 where coalesce(x.version, x.void) is not null
   and (select persons_were(array_agg(s.recorded_by), array(
                    select l.recorded_by from submission l
                     where l.id = c.loan_id and l.version <= coalesce(c.pool_version, l.version) or l.id = c.pool_void
                    union
                    select c.recorded_by), max(s.recorded_at))
          from coverage_step s
          join submission r on r.recorded_at = s.recorded_at and r.type = 'coverage_step'
                           and r.body ->> 'coverage' = s.coverage::text and r.recorded_by = s.recorded_by
         where s.coverage = c.id and s.step = 'confirm' and r.body ->> 'evidence' is not null
           and s.shown ->> 'void' is not distinct from x.void
           and coalesce(x.version in (s.shown ->> 'pool_word', s.shown ->> 'pool'), true)) < 2
union all
select 'cover that stands on a correction made after the default', c.id || ''
  from coverage c
 cross join lateral (select loan_default_told(c.loan_id) as at) told
  join loan l on l.id = c.loan_id and l.version = c.loan_version and l.recorded_at > told.at
  join loan b on b.id = c.loan_id
             and b.version = (select max(v.version) from loan v where v.id = c.loan_id and v.recorded_at < told.at)
 where c.loan_version > 1 and c.recorded_at < told.at and c.state in ('requested', 'covered', 'suspended')
   and coverage_is_decisive(b, l)
union all
select 'cover whose figures are not those of its loan', c.id || ''
  from coverage c
  join loan l on l.id = c.loan_id and not record_has_later(l.id, l.version, null)
 cross join lateral coverage_figures(c, l) f
 where c.bad_fen is not null
   and (c.owed_fen, c.bad_fen, c.bad_from) is distinct from (f.owed_fen, f.bad_fen, f.bad_from)
 order by 1, 2
