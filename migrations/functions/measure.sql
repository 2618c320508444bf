-- The register of the measures of plans.

-- The measures of a plan as known at an instant.
create or replace function measure_of(of_plan text, known_at timestamptz) returns setof plan_version_measure
    language sql stable as $$
    select m.*
      from plan_at($2) p
      join plan_version_measure m on m.plan = p.code and m.version = p.version
     where p.code = $1
$$;

-- Who answers for which measure of a plan, and how often reports are due unless a rhythm says otherwise.
create or replace function measure_duty_of(of_plan text, known_at timestamptz)
    returns table (measure int, department text, every text, due_days int) language sql stable as $$
    select m.no, d.code, m.every, m.due_days
      from measure_of($1, $2) m
      join department d on d.code = any (m.departments) or d.district is not null and 'district' = any (m.departments)
$$;

-- The periods of a plan that each department has to report on each measure, as the rhythm known by then has it:
-- of several that apply, the one in force last, and of those the more particular one. A year's report is that of
-- its last quarter.
create or replace function measure_slots(of_plan text, known_at timestamptz)
    returns table (measure int, department text, period text, every text, first_day date, last_day date, due_on date)
    language sql stable as $$
    with rhythm as materialized (
        select r.*
          from measure_rhythm r
         where r.plan = $1
           and ($2 is null or r.recorded_at <= $2)
           and not record_has_later(r.id, r.version, $2)
    ),
    duty as materialized (
        select d.* from measure_duty_of($1, $2) d
    ),
    quarter as (
        select q::date as first_day, (q + interval '3 months - 1 day')::date as last_day
          from plan_at($2) p
         cross join lateral generate_series(make_date(p.first_year, 1, 1)::timestamp,
                                            make_date(p.last_year, 10, 1), '3 months') q
         where p.code = $1
    ),
    slot as (
        select d.measure, d.department, q.first_day, q.last_day, coalesce(r.every, d.every) as every,
               case when r.every is null then d.due_days else r.due_days end as due_days
          from duty d
         cross join quarter q
          left join lateral (
               select x.every, x.due_days
                 from rhythm x
                where (x.measure is null or x.measure = d.measure)
                  and (x.department is null or x.department = d.department)
                  and x.effective_from <= q.last_day
                order by x.effective_from desc, num_nonnulls(x.measure, x.department) desc,
                         x.department nulls last, x.id
                limit 1) r on true
    )
    select s.measure, s.department,
           case s.every when 'year' then to_char(s.last_day, 'YYYY') else to_char(s.last_day, 'YYYY"Q"Q') end, s.every,
           case s.every when 'year' then date_trunc('year', s.last_day)::date else s.first_day end, s.last_day,
           s.last_day + s.due_days
      from slot s
     where s.every = 'quarter' or (s.every = 'year' and extract(month from s.last_day) = 12)
$$;

-- Each of these periods with the report on it that was there by the day; those not reported have none.
create or replace function measure_standing(of_plan text, as_of date, known_at timestamptz)
    returns table (measure int, department text, period text, every text, first_day date, last_day date, due_on date,
                   report uuid, reported_on date)
    language sql stable as $$
    with report as materialized (
        select r.id, r.measure, r.department, r.period, r.on_day
          from measure_report r
         where r.plan = $1
           and r.on_day <= $2
           and ($3 is null or r.recorded_at <= $3)
           and not record_has_later(r.id, r.version, $3)
    )
    select s.measure, s.department, s.period, s.every, s.first_day, s.last_day, s.due_on, r.id, r.on_day
      from measure_slots($1, $3) s
      left join report r on r.measure = s.measure and r.department = s.department and r.period = s.period
$$;

-- What the ledger itself holds of measures over a time, as far as the reader may see it, by the names that a plan's
-- measures have figures by (ledger/plan_measures.c): payments of the fund and of subsidies, insurance, securitisation,
-- loans by products other than the plain one.
create or replace function measure_ledger(first_day date, last_day date, known_at timestamptz)
    returns table (name text, zh text, en text, count bigint, amount_fen bigint)
    language sql stable as $$
    with product as (
        select l.product, count(*) as n, sum(l.amount_fen)::bigint as fen
          from loan l
         where l.product <> 'single_pledge'
           and l.signed_on between $1 and $2
           and ($3 is null or l.recorded_at <= $3)
           and not record_has_later(l.id, l.version, $3)
           and not loan_is_void(l.id, $3)
         group by 1
    ),
    insurance as (
        select i.kind, count(*) as n, sum(i.sum_insured_fen)::bigint as fen
          from insurance_policy i
         where i.starts_on between $1 and $2
           and not isempty(i.cover)
           and ($3 is null or i.recorded_at <= $3)
           and not record_has_later(i.id, i.version, $3)
         group by 1
    )
    select 'compensation', '风险补偿支付', 'Compensation paid', count(*), coalesce(sum(s.fund_fen), 0)::bigint
      from claim_step s
     where s.step = 'pay' and s.on_day between $1 and $2 and ($3 is null or s.recorded_at <= $3)
    union all
    select 'subsidies', '补贴支付', 'Subsidies paid', count(*), coalesce(sum(s.amount_fen), 0)::bigint
      from application_step s
     where s.step = 'pay' and s.on_day between $1 and $2 and ($3 is null or s.recorded_at <= $3)
    union all
    select 'insurance', '知识产权保险', 'Insurance of intellectual property', coalesce(sum(i.n), 0)::bigint,
           coalesce(sum(i.fen), 0)::bigint
      from insurance i
    union all
    select 'patent_transaction', '专利技术交易保险', 'Patent-transaction insurance', coalesce(sum(i.n), 0)::bigint,
           coalesce(sum(i.fen), 0)::bigint
      from insurance i
     where i.kind = 'patent_transaction'
    union all
    select 'securitisations', '知识产权证券化', 'Securitisations issued', count(*),
           coalesce(sum(fen_of(r.body ->> 'amount')), 0)::bigint
      from submission r
     where r.type = 'securitisation' and r.on_day between $1 and $2
       and ($3 is null or r.recorded_at <= $3)
       and not record_has_later(r.id, r.version, $3)
    union all
    select x.name, x.zh, x.en, coalesce((select p.n from product p where p.product = x.name), 0),
           coalesce((select p.fen from product p where p.product = x.name), 0)
      from (values ('pooled_credit', '集合授信', 'Pooled credit'),
                   ('invest_loan_linkage', '投贷联动', 'Investment-loan linkage'),
                   ('trust', '信托', 'Trusts')) as x(name, zh, en)
    union all
    select r.name, r.zh, r.en, r.count, r.amount_fen from measure_records($1, $2, $3) r
$$;

-- The same of catalogue, deals, events and registers, as far as the reader may see them.
create or replace function measure_records(first_day date, last_day date, known_at timestamptz)
    returns table (name text, zh text, en text, count bigint, amount_fen bigint)
    language sql stable as $$
    with offer as materialized (
        select o.*
          from catalogue_offer o
         where o.listed_on <= $2 and not o.withdrawn
           and ($3 is null or o.recorded_at <= $3) and not record_has_later(o.id, o.version, $3)
    ),
    deal as materialized (
        select d.*, ip_deal_type(d.id) as type from ip_deal_counted($3) d where d.signed_on between $1 and $2
    ),
    entry as materialized (
        select e.* from register_known($3) e where e.on_day <= $2
    ),
    outcome as materialized (
        select x.*
          from register_outcomes(null, $3) x
          join entry e on e.id = x.event and e.on_day >= $1
         where e.kind in ('park_visit', 'bank_enterprise', 'bank_park')
    ),
    line (name, zh, en, count, fen) as (
        select 'offers', '供给目录', 'Offers listed', count(*), 0::bigint from offer o where o.listed_on >= $1
        union all
        select 'needs', '需求目录', 'Needs listed', count(*), coalesce(sum(n.budget_fen), 0)::bigint
          from catalogue_need n
         where n.listed_on between $1 and $2 and not n.withdrawn
           and ($3 is null or n.recorded_at <= $3) and not record_has_later(n.id, n.version, $3)
        union all
        select 'dormant_offers', '高校院所沉睡专利供给产品', 'Dormant patents of universities, rewritten', count(*),
               0
          from offer o
         where o.listed_on >= $1 and o.dormant_since is not null and o.holder_kind in ('university', 'institute')
        union all
        select 'state_firm_offers', '国有企业可许可专利', 'Patents that state firms license', count(*), 0
          from offer o
         where o.listed_on >= $1 and o.holder_kind = 'state_firm' and o.way = 'licence'
        union all
        select 'live_offers', '目录中供给', 'Offers in the catalogue', count(*), 0 from offer
        union all
        select 'followups', '供需对接', 'Offers and needs brought together', count(*), 0
          from catalogue_followup f
         where f.on_day between $1 and $2 and ($3 is null or f.recorded_at <= $3)
           and not record_has_later(f.id, f.version, $3)
        union all
        select x.kind, x.zh, x.en, count(e.id), coalesce(sum(e.attended), 0) * 0
          from (values ('promotion', '推介会', 'Promotions'), ('auction', '拍卖会', 'Auctions')) as x(kind, zh, en)
          left join entry e on e.type = 'matching_event' and e.kind = x.kind and e.on_day >= $1
         group by x.kind, x.zh, x.en
        union all
        select 'open_offers', '开放许可供给', 'Open licences on offer', count(*), 0
          from offer o
         where o.licence = 'open'
        union all
        select 'open_licences', '开放许可成交', 'Open licences taken', count(*),
               coalesce(sum(d.value_fen), 0)::bigint
          from deal d
         where d.licence = 'open'
        union all
        select 'quick_licences', '按既定条件一步许可', 'Licences taken in one step', count(*),
               coalesce(sum(d.value_fen), 0)::bigint
          from deal d
         where d.type = 'offer_acceptance'
        union all
        select 'dormant_deals', '沉睡专利成交', 'Dormant patents that became deals', count(*),
               coalesce(sum(d.value_fen), 0)::bigint
          from deal d
         where exists (select from offer o where d.rights @> array[o.number] and o.dormant_since <= d.signed_on)
        union all
        select x.kind, x.zh, x.en, count(e.id), 0
          from (values ('park_visit', '入园惠企', 'Visits to parks'),
                       ('bank_enterprise', '银企对接', 'Banks and firms'),
                       ('bank_park', '银园对接', 'Banks and parks')) as x(kind, zh, en)
          left join entry e on e.type = 'matching_event' and e.kind = x.kind and e.on_day >= $1
         group by x.kind, x.zh, x.en
        union all
        select 'loans', '活动后 180 日内的贷款', 'Loans within 180 days of them', count(*),
               coalesce(sum(x.amount_fen), 0)::bigint
          from outcome x
         where x.type = 'loan'
        union all
        select x.name, x.zh, x.en, count(e.id), 0
          from (values ('operation_centres', '运营中心', 'Operation centres', 'operation_centre', 'operation'),
                       ('cultivation_centres', '高价值专利培育中心', 'Cultivation centres', 'operation_centre',
                        'cultivation'),
                       ('portfolios', '高价值专利组合', 'Portfolios', 'portfolio', null),
                       ('alliances', '产业知识产权联盟', 'Alliances', 'alliance', null),
                       ('clusters', '运营服务集聚区', 'Clusters', 'cluster', null),
                       ('agencies', '服务机构', 'Service agencies', 'service_agency', null))
               as x(name, zh, en, type, kind)
          left join entry e on e.type = x.type and (x.kind is null or e.kind = x.kind)
                           and coalesce(e.closed_on, 'infinity') > $2
         group by x.name, x.zh, x.en
        union all
        select 'windows', '受理窗口', 'Windows', coalesce(sum(e.parts), 0)::bigint, 0
          from entry e where e.type = 'cluster'
        union all
        select 'policies', '专利转化相关政策', 'Policies in force', count(*), 0
          from policy p
         where p.effective_from <= $2
        union all
        select 'services', '机构服务', 'Services of agencies', count(*), 0
          from entry e where e.type = 'agency_service' and e.on_day >= $1 and e.kind <> 'visit'
        union all
        select 'specialists', '专利运营特派员', 'Specialists', coalesce(sum(e.parts), 0)::bigint, 0
          from entry e where e.type = 'service_agency' and coalesce(e.closed_on, 'infinity') > $2
        union all
        select 'visits', '点对点服务', 'Visits of specialists', count(*), 0
          from entry e where e.type = 'agency_service' and e.on_day >= $1 and e.kind = 'visit'
        union all
        select 'trainings', '培训与研讨', 'Trainings', count(*), 0
          from entry e where e.type = 'training' and e.on_day >= $1
        union all
        select 'attended', '培训人次', 'Persons trained', coalesce(sum(e.attended), 0)::bigint, 0
          from entry e where e.type = 'training' and e.on_day >= $1
        union all
        select 'filings', '专利产品备案', 'Products filed', count(*), 0
          from product_filing_counted($3) f
         where f.filed_on between $1 and $2
        union all
        select 'deals', '专利技术交易备案', 'Deals registered', count(*), coalesce(sum(d.value_fen), 0)::bigint
          from deal d
         where d.registration_no is not null
    )
    select l.name, l.zh, l.en, l.count, l.fen::bigint from line l order by l.name
$$;

-- The plan that a report or a rhythm is of: the one that it names, else, among those that have measures, the plan of
-- the day of the report or rhythm.
create or replace function measure_plan(named text, on_day date) returns text language sql stable as
    $$ select coalesce(named, plan_of(on_day, null, true)) $$;

-- Another report of the same department on the same measure and period.
create or replace function measure_report_beside(of_plan text, of_measure int, of_department text, of_period text,
                                                 self uuid)
    returns text language sql stable as $$
    select r.reference
      from measure_report r
     where r.plan = of_plan and r.measure = of_measure and r.department = of_department and r.period = of_period
       and r.id <> self
       and not record_has_later(r.id, r.version, null)
     limit 1
$$;

-- The first day of a year or a quarter.
create or replace function period_first(period text) returns date language sql immutable as $$
    select case length(period) when 4 then make_date(period::int, 1, 1)
                else make_date(left(period, 4)::int, right(period, 1)::int * 3 - 2, 1) end
$$;

-- What stands against a plan and the number of one of its measures (null: all of them).
create or replace function measure_number_problem(of_plan text, of_measure int) returns json
    language plpgsql stable as $$
declare
    last_no int := (select max(m.no) from measure_of(of_plan, null) m);
begin
    if last_no is null then
        return problem('E_CHOICE', '/plan',
                       (select string_agg(p.code, ', ' order by p.first_year, p.code)
                          from plan p
                         where exists (select from plan_version_measure m
                                        where m.plan = p.code and m.version = p.version)));
    end if;
    if of_measure > last_no then
        return problem('E_RANGE', '/measure', '1–' || last_no);
    end if;
    if of_measure is not null and not exists (select from measure_of(of_plan, null) m where m.no = of_measure) then
        return problem('E_CHOICE', '/measure',
                       (select string_agg(m.no::text, ', ' order by m.no) from measure_of(of_plan, null) m));
    end if;
    return null;
end $$;

-- The plan of a report: as told; of a correction that of what it corrects, whatever plans came since;
-- else that of its period.
create or replace function measure_report_plan(id uuid, doc json) returns text language sql stable as $$
    select coalesce(doc ->> 'plan',
                    (select m.plan from measure_report m where m.id = $1 order by m.version desc limit 1),
                    measure_plan(null, period_last(doc ->> 'period')))
$$;

-- A report of a department that answers for the measure, by who records for it, in the
-- rhythm asked of it, once a period.
create or replace function measure_report_problems(id uuid, doc json) returns json[] language plpgsql stable as $$
declare
    p json[] := '{}'::json[];
    d department;
    of_measure int := (doc ->> 'measure')::int;
    of_period text := doc ->> 'period';
    on_day date := (doc ->> 'on')::date;
    of_plan text := measure_report_plan(id, doc);
    bad json := measure_number_problem(of_plan, of_measure);
    wanted text;
    other text;
begin
    if bad is not null then
        return array[bad];
    end if;
    select x.* into d from department x where x.code = doc ->> 'department';
    if not exists (select from measure_duty_of(of_plan, null) x where x.measure = of_measure and x.department = d.code)
    then
        return array[problem('E_NOT_RESPONSIBLE', '/department', (
            select concat_ws(', ', string_agg(case when y.district is null then y.code end, ', ' order by y.no),
                             left(min(y.district), 4) || 'xx')
              from measure_duty_of(of_plan, null) x
              join department y on y.code = x.department
             where x.measure = of_measure))];
    end if;
    if d.recorder <> my_kind() or d.district <> my_district() then
        p := p || problem('E_RECORDER', '/department', d.recorder || coalesce(' ' || d.district, ''));
    end if;
    if not exists (select from plan x where x.code = of_plan
                                        and left(of_period, 4)::int between x.first_year and x.last_year) then
        return p || problem('E_PLAN', '/period',
                            (select x.first_year || '–' || x.last_year from plan x where x.code = of_plan));
    end if;
    select string_agg(s.period, ', ' order by s.last_day) into wanted
      from measure_slots(of_plan, null) s
     where s.measure = of_measure and s.department = d.code
       and s.first_day <= period_last(of_period) and s.last_day >= period_first(of_period)
    having not bool_or(s.period = of_period); -- no slot at all: reported though nobody asks for it
    if wanted is not null then
        p := p || problem('E_RHYTHM', '/period', wanted);
    end if;
    if on_day > today() then
        p := p || problem('E_FUTURE', '/on', today()::text);
    elsif on_day < period_first(of_period) then
        p := p || problem('E_ORDER', '/on', period_first(of_period)::text);
    end if;
    other := measure_report_beside(of_plan, of_measure, d.code, of_period, id);
    if other is not null then
        p := p || problem('E_REPORTED_TWICE', '/period', other);
    end if;
    return p;
end $$;

-- Writes the typed row of a report on a measure.
create or replace function measure_report_row(new submission) returns submission language plpgsql as $$
declare
    of_plan text := measure_report_plan(new.id, new.body);
begin
    -- Two corrections in one statement are judged apart; here they meet.
    perform lock_key('measure', (new.body ->> 'measure') || (new.body ->> 'department'));
    if measure_report_beside(of_plan, (new.body ->> 'measure')::int, new.body ->> 'department', new.body ->> 'period',
                             new.id) is not null then
        raise exception 'report % is the second of its period', new.key
            using errcode = '23P01', constraint = 'measure_report_once';
    end if;
    new.district := coalesce((select d.district from department d where d.code = new.body ->> 'department'), '');
    insert into measure_report (id, version, org_id, plan, reference, measure, department, period, first_day, last_day,
           on_day, text, figure, unit, evidence, recorded_at, recorded_by)
    select new.id, new.version, new.org_id, of_plan, b.reference, b.measure, b.department, b.period,
           period_first(b.period), period_last(b.period), b."on", b.text, b.figure, b.unit, b.evidence,
           new.recorded_at, new.recorded_by
      from json_to_record(new.body) as b(reference text, measure int, department text, period text, "on" date,
           text text, figure numeric, unit text, evidence text);
    return new;
end $$;

-- A rhythm is set only for a department that answers for the measure.
create or replace function measure_rhythm_problems(id uuid, doc json) returns json[] language plpgsql stable as $$
declare
    of_plan text := measure_plan(doc ->> 'plan', (doc ->> 'effective_from')::date);
    bad json := measure_number_problem(of_plan, (doc ->> 'measure')::int);
begin
    if bad is null and doc ->> 'measure' is not null and doc ->> 'department' is not null and not exists (
           select from measure_duty_of(of_plan, null) d
            where d.measure = (doc ->> 'measure')::int and d.department = doc ->> 'department') then
        bad := problem('E_NOT_RESPONSIBLE', '/department', doc ->> 'measure');
    end if;
    return case when bad is null then '{}' else array[bad] end;
end $$;

-- Writes the typed row of a rhythm.
create or replace function measure_rhythm_row(new submission) returns submission language plpgsql as $$
begin
    insert into measure_rhythm (id, version, org_id, plan, reference, measure, department, effective_from, every,
           due_days, recorded_at)
    select new.id, new.version, new.org_id, measure_plan(new.body ->> 'plan', b.effective_from), b.reference,
           b.measure, b.department, b.effective_from, b.every, b.due_days, new.recorded_at
      from json_to_record(new.body) as b(reference text, measure int, department text, effective_from date, every text,
           due_days int);
    return new;
end $$;
