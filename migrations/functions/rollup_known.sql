-- Figures as they were known at an instant, for who sees the whole city: the sums as they are, less what the loans that
-- were touched since come to now, and with what was known of them then. Firms are counted by all of their loans, so all
-- loans of a touched firm go along.

-- The head of the log that holds nothing recorded after an instant; null: since then so much came that counting all
-- from the records costs less.
create or replace function rollup_known_mark(known_at timestamptz) returns bigint language plpgsql stable as $$
declare
    newest constant bigint := (select max(h.size) from log_head h);
    mark constant bigint := (select h.size from log_head h where h.signed_at <= known_at order by h.size desc limit 1);
begin
    return case when newest - mark <= greatest(newest / 16, 200) then mark end;
end $$;

-- The loans of all firms of which a loan was touched since a head of the log; shared: those with a number of the pledge
-- register that another one has or had, too.
create or replace function rollup_known_loans(mark bigint, shared boolean) returns uuid[]
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
    touched uuid[] := rollup_ahead_touched(mark);
begin
    if my_kind() not in ('finance', 'ip_office', 'auditor') then
        return null;
    end if;
    if shared and touched <> '{}' then
        touched := touched || array(select l.id from pledge_no_shared n join loan l on l.pledge_no = n.pledge_no);
    end if;
    return array(
        select distinct l.id
          from (select distinct x.borrower from loan x where x.id = any (touched)) f
         cross join lateral (select y.id from loan y where y.borrower = f.borrower offset 0) l);
end $$;

-- Is the plan of a quarter still the one that it was?
create or replace function plan_as_known(first date, known_at timestamptz) returns boolean
    language sql stable as $$
    select exists (select from plan_at(known_at) t
                     join plan_at(null) n on n.code = t.code and n.version = t.version
                    where t.code = plan_of(first, known_at) and n.code = plan_of(first, null))
$$;

-- What came in of a quarter after an instant, by bank and in all, as the section quality counts it: records of those
-- who report, as far as the day cut, and lines that were refused.
create or replace function rollup_received_since(first date, cut date, known_at timestamptz, mark bigint)
    returns setof report_cells_row
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
    from_at constant timestamptz := first::timestamp at time zone 'Asia/Shanghai';
    until_at constant timestamptz := (cut + 1)::timestamp at time zone 'Asia/Shanghai';
begin
    if my_kind() not in ('finance', 'ip_office', 'auditor') then
        return;
    end if;
    return query
    with later as (
        select s.org_id, s.id, count(*) as records, count(*) filter (where s.version > 1) as corrections
          from log_leaf f
         cross join lateral (select * from submission x where x.id = f.record_id and x.version = f.version offset 0) s
          join org o on o.id = s.org_id and o.kind in ('bank', 'insurer', 'guarantor')
         where f.no >= mark
           and s.recorded_at > rollup_received_since.known_at
           and s.recorded_at >= from_at
           and s.recorded_at < until_at
         group by 1, 2
    ),
    part as (
        select l.org_id, l.records, 0 as refused, 0 as conflicts, l.corrections,
               (not exists (select from submission e
                             where e.id = l.id and e.recorded_at >= from_at
                               and e.recorded_at <= rollup_received_since.known_at))::int as facts
          from later l
        union all
        select i.org_id, 0, i.refused, i.conflicts, 0, 1
          from intake i
         where i.on_day between rollup_received_since.first and rollup_received_since.cut
           and i.on_day >= shanghai_day(rollup_received_since.known_at)
    ),
    told as (
        select k.org_id, array[sum(p.records), sum(p.refused), sum(p.conflicts), sum(p.corrections), 0, 0, 0, 0, 0,
                               sum(p.records + p.refused)]::bigint[] as v, sum(p.facts)::bigint as facts
          from part p
         cross join lateral (values (p.org_id), (null::bigint)) as k(org_id)
         group by 1
    )
    select o.code, t.v || array_fill(null::bigint, '{3}'),
           array(select case when x = 0 then 0 end from unnest(t.v) with ordinality as u(x, n) order by u.n)
           || array_fill(0::bigint, '{3}'), t.facts
      from told t
      left join org o on o.id = t.org_id;
end $$;

-- Cells of a section as known at an instant that a mark of the log stands before.
create or replace function rollup_cells_known(section text, first date, cut date, known_at timestamptz, basis text,
                                              mark bigint) returns setof report_cells_row
    language plpgsql stable as $$
declare
    loans constant uuid[] := rollup_known_loans(mark, section = 'quality');
begin
    return query execute format('
        with part as (
            select 1 as sign, c.* from report_cells($1, $2, $3, null, $5) c
            union all
            select -1, c.* from report_cells_of_loans($1, $2, $3, null, $5, $6) c where $6 <> ''{}''
            union all
            select 1, c.* from report_cells_of_loans($1, $2, $3, $4, $5, $6) c where $6 <> ''{}''
            union all
            select -1, c.* from rollup_received_since($2, $3, $4, $7) c where $1 = ''quality''
        )
        select p.row_key, array[%s], array[%s], sum(p.sign * p.facts)::bigint
          from part p
         group by p.row_key
        having p.row_key is null or sum(p.sign * p.facts) > 0',
        report_wide('case when sum(p.sign * p.facts) > 0 then sum(p.sign * p.v[#])::bigint end'),
        report_wide('case when sum(p.sign * p.v[#]) = 0 then 0 -- firms that are nobody''s own to count: of nothing none
                          when bool_and(p.firms[#] is not null) then sum(p.sign * p.firms[#])::bigint end'))
        using section, first, cut, known_at, basis, loans, mark;
end $$;
