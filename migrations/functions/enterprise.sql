-- Firms: profiles, and who benefits from the plan.

-- Another profile that an organisation has of this firm and year.
create or replace function enterprise_profile_beside(org bigint, firm text, of_year int, self uuid) returns text
    language sql stable as $$
    select p.reference
      from enterprise_profile p
     where p.uscc = firm and p.year = of_year and p.org_id = org and p.id <> self
       and not record_has_later(p.id, p.version, null)
     limit 1
$$;

-- Told of a year that is over, by who knows the firm, once a year.
create or replace function enterprise_profile_problems(id uuid, doc json) returns json[] language plpgsql stable as $$
declare
    p json[] := '{}'::json[];
    early json := period_problem(doc ->> 'year', '/year');
    other text := enterprise_profile_beside(my_org(), doc ->> 'uscc', (doc ->> 'year')::int, id);
begin
    if early is not null then
        p := p || early;
    end if;
    if my_kind() = 'district' and doc ->> 'district' <> my_district() then
        p := p || problem('E_FIRM_DISTRICT', '/district', my_district());
    end if;
    if my_kind() = 'bank' and not exists (
           select from loan l where l.borrower = doc ->> 'uscc' and l.org_id = my_org()
                                and not record_has_later(l.id, l.version, null)) then
        p := p || problem('E_FIRM_STRANGER', '/uscc', doc ->> 'uscc');
    end if;
    if other is not null then
        p := p || problem('E_REPORTED_TWICE', '/year', other);
    end if;
    return p;
end $$;

-- Writes the typed row of a profile.
create or replace function enterprise_profile_row(new submission) returns submission language plpgsql as $$
begin
    -- Two corrections in one statement are judged apart; here they meet.
    perform lock_key('profile', new.org_id || ' ' || (new.body ->> 'uscc'));
    if enterprise_profile_beside(new.org_id, new.body ->> 'uscc', (new.body ->> 'year')::int, new.id) is not null then
        raise exception 'profile % is the second of its year', new.key
            using errcode = '23P01', constraint = 'enterprise_profile_once';
    end if;
    insert into enterprise_profile (id, version, org_id, reference, uscc, year, district, name, industry, size,
           employees, revenue_fen, assets_fen, source, recorded_at)
    select new.id, new.version, new.org_id, b.reference, b.uscc, b.year, b.district, b.name, b.industry, b.size,
           b.employees, fen_of(b.revenue), fen_of(b.assets), b.source, new.recorded_at
      from json_to_record(new.body) as b(reference text, uscc text, year int, district text, name text, industry text,
           size text, employees bigint, revenue text, assets text, source text);
    return new;
end $$;

-- What its bank and offices say of a firm's size where they differ: those of the year in which a loan was signed and
-- of the year before, of which none is what the bank says. A firm that grew between the two is as large as in either.
-- small_or_medium ('t', 'f'): null where they differ in that, too. No row: nobody speaks against the bank.
create or replace function enterprise_size_disputed(firm text, bank bigint, size text, signed_on date)
    returns table (told text, small_or_medium text)
    language plpgsql stable rows 1 security definer set search_path = public, pg_temp as $$
begin
    return query
    select o.code || ' ' || enterprise_size_disputed.size || '; ' || x.told,
           case when x.alike then left((enterprise_size_disputed.size <> 'large')::text, 1) end
      from org o
     cross join (
           select string_agg(format('%s %s %s', w.code, p.year, p.size), '; ' order by p.year, w.code, p.id) as told,
                  bool_or(p.size = enterprise_size_disputed.size) as agreed,
                  bool_and((p.size = 'large') = (enterprise_size_disputed.size = 'large')) as alike
             from enterprise_profile p
             join org w on w.id = p.org_id and w.kind in ('ip_office', 'district')
            where p.uscc = firm
              and p.year between extract(year from signed_on)::int - 1 and extract(year from signed_on)::int
              and p.size <> 'unknown'
              and not record_has_later(p.id, p.version, null)) x
     where o.id = bank and enterprise_size_disputed.size <> 'unknown' and not x.agreed;
end $$;

-- The four sizes of firms in order.
create or replace function enterprise_size_rank(size text) returns bigint language sql immutable parallel safe as
    $$ select case size when 'micro' then 1 when 'small' then 2 when 'medium' then 3 when 'large' then 4 end::bigint $$;

-- Runs as the owner: every role may see the city's sums, none sees firms. A firm benefits in a year when a loan of
-- it is signed, an insurance policy of it begins (and is not cancelled on that day), or a subsidy of it is approved
-- or paid and not taken back since. It counts once, as micro, small or medium by the submission recorded last for
-- the year, or else for the nearest one. Figures are those recorded last for the year.
--   last_day  the end of the quarter that counts last; part: the same quarters of an earlier year
--   figure    count, revenue, employees: value, firms without one; unknown_size: firms not counted for it;
--             loans, insurance, subsidies: firms by what they benefit from
--   of_firms  of these firms; null: of all
create or replace function plan_benefits_of(first_year int, last_year int, last_day date, known_at timestamptz,
                                            of_firms text[])
    returns table (year int, figure text, value bigint, without bigint, part bigint, part_without bigint,
                   firms bigint, part_firms bigint)
    language sql stable security definer set search_path = public, pg_temp set work_mem = '64MB' as $$
    with lent as materialized ( -- one pass over the loans: a firm, a year, what was recorded last
        select l.borrower as firm, extract(year from l.signed_on)::int as year, min(l.signed_on) as first_day,
               max(array[recorded_us(l.recorded_at), enterprise_size_rank(l.size)])
                   filter (where l.size <> 'unknown') as size,
               max(array[recorded_us(l.recorded_at), l.revenue_fen])
                   filter (where l.revenue_fen is not null) as revenue,
               max(array[recorded_us(l.recorded_at), l.employees])
                   filter (where l.employees is not null) as employees
          from (select x.* from loans_at($4) x where $5 is null -- not asked, not read
                union all
                select x.* from loans_at($4) x where x.borrower = any ($5)) l
         where l.signed_on between make_date($1, 1, 1) and least($3, make_date($2, 12, 31))
         group by 1, 2
    ),
    told as ( -- benefits and submissions alike, one row a firm, a year and a source
        select x.firm, x.year, x.first_day, 'loans' as by, x.size, x.revenue, x.employees
          from lent x
        union all
        select i.insured, extract(year from i.starts_on)::int, min(i.starts_on), 'insurance', null, null, null
          from insurance_policy i
         where i.starts_on between make_date($1, 1, 1) and least($3, make_date($2, 12, 31))
           and ($5 is null or i.insured = any ($5))
           and not isempty(i.cover)
           and ($4 is null or i.recorded_at <= $4)
           and not exists (select from insurance_policy later
                            where later.id = i.id and later.version = i.version + 1
                              and ($4 is null or later.recorded_at <= $4))
         group by 1, 2
        union all
        select a.borrower, extract(year from s.on_day)::int, min(s.on_day), 'subsidies', null, null, null
          from application_step s
          join application a on a.id = s.application
         where s.step in ('approve', 'pay')
           and ($5 is null or a.borrower = any ($5))
           and s.on_day between make_date($1, 1, 1) and least($3, make_date($2, 12, 31))
           and ($4 is null or s.recorded_at <= $4)
           and (select latest.state
                  from application_step latest
                 where latest.application = a.id and latest.on_day <= $3 and ($4 is null or latest.recorded_at <= $4)
                 order by latest.n desc
                 limit 1) in ('approved', 'paid', 'demanded')
         group by 1, 2
        union all
        select p.uscc, p.year, null, 'profile',
               case when p.size <> 'unknown' then array[recorded_us(p.recorded_at), enterprise_size_rank(p.size)] end,
               case when p.revenue_fen is not null then array[recorded_us(p.recorded_at), p.revenue_fen] end,
               case when p.employees is not null then array[recorded_us(p.recorded_at), p.employees] end
          from enterprise_profile p
         where ($4 is null or p.recorded_at <= $4)
           and ($5 is null or p.uscc = any ($5))
           and not exists (select from enterprise_profile later
                            where later.id = p.id and later.version = p.version + 1
                              and ($4 is null or later.recorded_at <= $4))
    ),
    firm_year as materialized (
        select t.firm, t.year,
               extract(quarter from min(t.first_day)) <= extract(quarter from $3) as part, -- null: it does not benefit
               bool_or(t.by = 'loans') as lent, bool_or(t.by = 'insurance') as insured,
               bool_or(t.by = 'subsidies') as subsidised, (max(t.size))[2] as size, (max(t.revenue))[2] as revenue_fen,
               (max(t.employees))[2] as employees
          from told t
         group by 1, 2
    ),
    nearest as ( -- of the firms whose size the year itself does not tell
        select distinct on (f.firm, f.year) f.firm, f.year, n.size
          from firm_year f
          join firm_year n on n.firm = f.firm
         where f.part is not null and f.size is null and n.size is not null
         order by f.firm, f.year, abs(n.year - f.year), n.year desc
    ),
    counted as (
        select f.*, coalesce(f.size, n.size) <= enterprise_size_rank('medium') as small,
               coalesce(f.size, n.size) is null as unknown
          from firm_year f
          left join nearest n on n.firm = f.firm and n.year = f.year
         where f.part is not null
    ),
    summed as (
        select c.year,
               count(*) filter (where c.small) as firms,
               count(*) filter (where c.small and c.part) as part_firms,
               count(*) filter (where c.unknown) as unknown,
               count(*) filter (where c.unknown and c.part) as part_unknown,
               coalesce(sum(c.revenue_fen) filter (where c.small), 0)::bigint as revenue,
               coalesce(sum(c.revenue_fen) filter (where c.small and c.part), 0)::bigint as part_revenue,
               count(*) filter (where c.small and c.revenue_fen is null) as no_revenue,
               count(*) filter (where c.small and c.revenue_fen is null and c.part) as part_no_revenue,
               coalesce(sum(c.employees) filter (where c.small), 0)::bigint as employees,
               coalesce(sum(c.employees) filter (where c.small and c.part), 0)::bigint as part_employees,
               count(*) filter (where c.small and c.employees is null) as no_employees,
               count(*) filter (where c.small and c.employees is null and c.part) as part_no_employees,
               count(*) filter (where c.small and c.lent) as lent,
               count(*) filter (where c.small and c.insured) as insured,
               count(*) filter (where c.small and c.subsidised) as subsidised
          from counted c
         group by 1
    )
    select s.year, x.figure, x.value, x.without, x.part, x.part_without, s.firms, s.part_firms
      from summed s
     cross join lateral (values
           ('count', s.firms, 0::bigint, s.part_firms, 0::bigint),
           ('revenue', s.revenue, s.no_revenue, s.part_revenue, s.part_no_revenue),
           ('employees', s.employees, s.no_employees, s.part_employees, s.part_no_employees),
           ('unknown_size', s.unknown, 0, s.part_unknown, 0),
           ('loans', s.lent, 0, 0, 0),
           ('insurance', s.insured, 0, 0, 0),
           ('subsidies', s.subsidised, 0, 0, 0)) as x(figure, value, without, part, part_without)
$$;

-- Firms of which anything was recorded, from a leaf of the log on, that may count for the plan up to a day; null: of so
-- many that counting all is as well.
create or replace function enterprise_touched(since bigint, last_day date, most int) returns text[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    ids uuid[] := array(select f.record_id from (select x.record_id from log_leaf x where x.no >= since
                                                  order by x.no limit 10 * most + 1) f);
    firms text[];
begin
    if cardinality(ids) > 10 * most then
        return null;
    end if;
    firms := array(
        with told as (
            select i.id, e.loan_id from unnest(ids) i(id)
              left join lateral (select x.loan_id from loan_event x
                                  where x.id = i.id and x.kind in ('voided', 'reversed') offset 0) e on true
        ),
        lent as (
            select l.borrower, min(l.signed_on) over (partition by l.id) as first_day
              from (select distinct coalesce(t.loan_id, t.id) as id from told t) t
             cross join lateral (select * from loan x where x.id = t.id offset 0) l
        )
        select l.borrower from lent l where l.first_day <= last_day
        union
        select i.insured from told t
         cross join lateral (select * from insurance_policy x where x.id = t.id offset 0) i
        union
        select p.uscc from told t
         cross join lateral (select * from enterprise_profile x where x.id = t.id offset 0) p
        union
        select a.borrower from told t
         cross join lateral (select * from application_step x where x.id = t.id offset 0) s
          join application a on a.id = s.application);
    return case when cardinality(firms) <= most then firms end;
end $$;

-- Firms that benefit, as JSON: rows as of plan_benefits_of, and of which instant and place of the log they are.
-- counted: such a text of before, or null: what was counted then is counted on by what firms touched since came to then
-- and come to now, so that nobody passes over the loans again. It is the program's to remember; what is not of this
-- plan and day, or of too long ago, is not looked at.
create or replace function plan_benefits(first_year int, last_year int, last_day date, known_at timestamptz,
                                         counted json) returns json
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    about text := concat_ws(' ', first_year, last_year, last_day);
    now_leaf bigint;
    now_at timestamptz;
    firms text[];
    lines json;
begin
    select h.size, h.signed_at into now_leaf, now_at from log_head h order by h.size desc limit 1;
    if known_at is null and counted ->> 'about' = about and (counted ->> 'leaf')::bigint <= now_leaf then
        firms := enterprise_touched((counted ->> 'leaf')::bigint, last_day, 500);
    end if;
    if firms = '{}' then
        lines := counted -> 'rows';
    elsif firms is null then
        lines := (select json_agg(b) from plan_benefits_of(first_year, last_year, last_day, known_at, null) b);
    else
        lines := (
            select json_agg(x)
              from (select b.year, b.figure, sum(b.sign * b.value)::bigint as value,
                           sum(b.sign * b.without)::bigint as without, sum(b.sign * b.part)::bigint as part,
                           sum(b.sign * b.part_without)::bigint as part_without, sum(b.sign * b.firms)::bigint as firms,
                           sum(b.sign * b.part_firms)::bigint as part_firms
                      from (select 1 as sign, w.*
                              from json_to_recordset(counted -> 'rows') as w(
                                   year int, figure text, value bigint, without bigint, part bigint,
                                   part_without bigint, firms bigint, part_firms bigint)
                            union all
                            select -1, w.*
                              from plan_benefits_of(first_year, last_year, last_day,
                                                    (counted ->> 'known_at')::timestamptz, firms) w
                            union all
                            select 1, w.* from plan_benefits_of(first_year, last_year, last_day, null, firms) w) b
                     group by b.year, b.figure) x);
    end if;
    return json_build_object('about', about, 'leaf', now_leaf, 'known_at', now_at, 'rows', coalesce(lines, '[]'::json));
end $$;
