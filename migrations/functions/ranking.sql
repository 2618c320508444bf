-- Standing: what units brought about by patents, weighed as two organisations agreed.

-- Nothing stands against weights but what their fields show; they count when another organisation confirmed them.
create or replace function ranking_weight_problems(id uuid, doc json) returns json[] language sql immutable as
    $$ select '{}'::json[] $$;

-- Writes the typed row of weights.
create or replace function ranking_weight_row(new submission) returns submission language plpgsql as $$
begin
    insert into ranking_weight (id, version, org_id, effective_from, deals_ppm, product_revenue_ppm, jobs_ppm,
           loans_ppm, recorded_at)
    select new.id, new.version, new.org_id, b.effective_from, ppm_of(b.deals), ppm_of(b.product_revenue),
           ppm_of(b.jobs), ppm_of(b.loans), new.recorded_at
      from json_to_record(new.body) as b(effective_from date, deals text, product_revenue text, jobs text, loans text);
    return new;
end $$;

-- What weights show: whether another organisation agreed.
create or replace function ranking_weight_members(id uuid, version int, as_of date, known_at timestamptz) returns json
    language sql stable as $$ select confirmation_members($1, $2, false) $$;

-- Whether weights were agreed on, as a list is asked for it.
create or replace function ranking_weight_state(id uuid) returns text language sql stable as
    $$ select state_of_confirmed(id) $$;

-- Nothing stands against an example but what its fields show; it is one when another organisation confirmed it.
create or replace function benchmark_problems(id uuid, doc json) returns json[] language sql stable as
    $$ select array_remove(array[confirmation_void_problem(id, doc)::text], null)::json[] $$;

-- What an example shows: whether another organisation agreed.
create or replace function benchmark_members(id uuid, version int, as_of date, known_at timestamptz) returns json
    language sql stable as $$
    select confirmation_members(r.id, r.version, coalesce((r.body ->> 'voided')::boolean, false))
      from submission r
     where r.id = $1 and r.version = $2
$$;

-- Whether an example was agreed on, as a list is asked for it.
create or replace function benchmark_state(id uuid) returns text language sql stable as
    $$ select state_of_confirmed(id) $$;

-- Records that stand under a flag of abnormal operation, or of one credit told twice, which nobody has cleared; and the
-- double of two. They raise nobody. Runs as the owner: whoever reads the standing reads the same one.
create or replace function ranking_suspended(known_at timestamptz) returns uuid[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return array(
        select r.record_id
          from flag f
          join flag_record r on r.flag = f.id
         where f.code in ('RF29', 'RF32', 'RF33', 'RF34', 'RF35', 'RF39')
           and (known_at is null or f.raised_at <= known_at)
           and not exists (select from flag_clearing c
                            where c.flag = f.id and (known_at is null or c.cleared_at <= known_at))
         union
        select c.double
          from flag_clearing c
         where c.double is not null and (known_at is null or c.cleared_at <= known_at));
end $$;

-- What each unit brought from one day to another, record by record: deals that count, to whoever gave and whoever took;
-- revenue of products that count, and the jobs of their last year told; loans over patents and trademarks. key: the
-- credit code, of a unit without one that which another deal tells, else its name. Jobs of a firm are at most as many
-- as it has people. Plain row-level security applies.
create or replace function ranking_facts(first_day date, last_day date, known_at timestamptz)
    returns table (key text, name text, kind text, by text, type text, id uuid, version int, reference text,
                   on_day date, value bigint)
    language sql stable as $$
    with named as materialized (
        select text_form(x.name) as form, min(x.code) as code, min(x.name) as name
          from ip_deal_counted($3) d
         cross join lateral (values (d.provider, d.provider_name), (d.acquirer, d.acquirer_name))
               as x(code, name)
         group by 1
    )
    select coalesce(x.key, n.code, n.name), x.name, x.kind, 'deals', ip_deal_type(d.id), d.id, d.version, d.reference,
           d.signed_on, d.value_fen
      from ip_deal_counted($3) d
     cross join lateral (values
           (d.provider, d.provider_name,
            case when d.provider_kind in ('university', 'institute') then 'unit' else 'firm' end),
           (d.acquirer, d.acquirer_name,
            case when d.acquirer_kind in ('university', 'institute') then 'unit' else 'firm' end)) as x(key, name, kind)
      join named n on n.form = text_form(x.name)
     where d.signed_on between $1 and $2 and d.id <> all (ranking_suspended($3))
    union all
    select f.uscc, f.name, 'firm', 'product_revenue', 'product_filing', f.id, f.version, f.reference, f.filed_on,
           sum(fen_of(s ->> 'revenue'))::bigint
      from product_filing_counted($3) f
      join submission r on r.id = f.id and r.version = f.version
     cross join lateral json_array_elements(r.body -> 'sales') s
     where (s ->> 'year')::int between extract(year from $1) and extract(year from $2)
     group by f.uscc, f.name, f.id, f.version, f.reference, f.filed_on
    union all
    select x.uscc, x.name, 'firm', 'jobs', 'product_filing', x.id, x.version, x.reference, x.filed_on,
           greatest(least(x.n, x.people - x.before), 0)
      from (select f.*, j.n, max((r.body ->> 'employees')::bigint) over (partition by f.uscc) as people,
                   (sum(j.n) over (partition by f.uscc order by f.filed_on, f.id) - j.n)::bigint as before
              from product_filing_counted($3) f
              join submission r on r.id = f.id and r.version = f.version
             cross join lateral (
                   select (s ->> 'employees')::bigint as n
                     from json_array_elements(r.body -> 'sales') s
                    where (s ->> 'year')::int between extract(year from $1) and extract(year from $2)
                      and s ->> 'employees' is not null
                    order by (s ->> 'year')::int desc
                    limit 1) j) x
    union all
    select l.borrower, l.borrower_name, 'firm', 'loans', 'loan', l.id, l.version, record_key(l.id, l.version),
           l.signed_on, l.amount_fen
      from loan l
     where l.signed_on between $1 and $2
       and ($3 is null or l.recorded_at <= $3)
       and not record_has_later(l.id, l.version, $3)
       and not loan_is_void(l.id, $3)
       and l.id <> all (ranking_suspended($3))
$$;

-- The weights in force on a day: the newest that another organisation had confirmed by then.
create or replace function ranking_weights(as_of date, known_at timestamptz) returns setof ranking_weight
    language sql stable as $$
    select w.*
      from ranking_weight w
     where w.effective_from <= $1 and ($2 is null or w.recorded_at <= $2) and confirmation_stands(w.id, w.version, $2)
       and not exists (select from ranking_weight v -- a correction that counts
                        where v.id = w.id and v.version > w.version and ($2 is null or v.recorded_at <= $2)
                          and confirmation_stands(v.id, v.version, $2))
     order by w.effective_from desc, w.recorded_at desc, w.id
     limit 1
$$;

-- Every unit by what it brought. A part of the score is weight × value ÷ the greatest value that any unit of the list
-- has, in hundredths of a point, half up; the score is their sum, of at most 100.
create or replace function ranking_list(first_day date, last_day date, known_at timestamptz, of_kind text)
    returns table (key text, name text, kind text, by text, value bigint, best bigint, weight_ppm int,
                   points_100 bigint, records bigint)
    language sql stable as $$
    with fact as materialized (
        select f.* from ranking_facts($1, $2, $3) f where $4 is null or f.kind = $4
    ),
    unit as (
        select f.key, f.by, max(f.name) as name, max(f.kind) as kind, sum(f.value)::bigint as value, count(*) as n
          from fact f
         group by f.key, f.by
    ),
    weight as (
        select x.by, x.ppm
          from ranking_weights($2, $3) w
         cross join lateral (values ('deals', w.deals_ppm), ('product_revenue', w.product_revenue_ppm),
                                    ('jobs', w.jobs_ppm), ('loans', w.loans_ppm)) as x(by, ppm)
    )
    select u.key, u.name, u.kind, u.by, u.value, b.best, w.ppm,
           case when b.best > 0
                then div(u.value::numeric * w.ppm * 2 + b.best::numeric * 100, b.best::numeric * 200)::bigint
                else 0 end,
           u.n
      from unit u
      join (select x.by, max(x.value) as best from unit x group by x.by) b on b.by = u.by
      left join weight w on w.by = u.by
$$;
