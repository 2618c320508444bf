-- What is published of the quarterly reports, and what is hidden for good.
--
-- The rule. Every public figure is a sum of cells: the loans of one quarter in one row of one section, as the quarter
-- was sealed. A cell is hidden when fewer than three firms stand behind it, or when all but its two largest firms
-- together have less than a tenth of the largest (who knows the second could work out the first). In a section with
-- hidden cells at least two are hidden, of three firms at least, and together they come to a fifth more than the
-- largest of them: the smallest others are hidden until that is so, else all rows of the quarter and the city's own
-- figure. The row of trademarks stands in two sections and is hidden in both or in neither. A sum over quarters (the
-- year to date, since the plan began) is shown only when every cell in it was published and shown. So all that a reader
-- can set up about hidden cells is one equation a quarter and section: their sum. A hidden cell may be anything from
-- nought to that sum, which is at least a fifth more than it is. What was decided is kept with the quarter: later
-- reports show the cell as it was published, whatever was corrected since.

-- The cells of a sealed quarter, firm by firm.
create or replace function publication_atoms(s report_seal)
    returns table (section text, row_key text, firm text, loans bigint, fen bigint)
    language plpgsql stable as $$
#variable_conflict use_column
declare
    one text;
begin
    foreach one in array publication_sections() loop
        return query execute format('
            select %L::text, f.row_key, f.firm, sum(f.v[1])::bigint, sum(f.v[2])::bigint
              from %I($1, $2, $3, $4) f
             where f.v[1] <> 0
             group by f.row_key, f.firm', one, 'report_facts_' || one)
            using s.first_day, s.as_of, s.known_at, s.basis;
    end loop;
end $$;

-- The sections that rows are published of; the headline and the quarters' trend are made of the whole city.
create or replace function publication_sections() returns text[] language sql immutable parallel safe as $$
    select array['by_district', 'by_bank', 'by_kind', 'by_ip_kind', 'by_product', 'by_size', 'by_industry',
                 'small_loans', 'first_loans']
$$;

-- Is this cell told only with a firm's own figure in it? firms: their amounts, the largest first.
create or replace function publication_small(firms bigint[]) returns boolean language sql immutable parallel safe as $$
    select cardinality(firms) < 3
           or ((select sum(x) from unnest(firms[3:]) x) * 10 < firms[1])
$$;

-- Do these hidden cells of a section keep each other? who: the firms of each, amounts: of each.
create or replace function publication_safe(amounts bigint[], firms int) returns boolean
    language sql immutable parallel safe as $$
    select cardinality(amounts) = 0
           or (cardinality(amounts) > 1 and firms > 2
               and (select sum(x) * 10 >= max(x) * 12 from unnest(amounts) x))
$$;

-- The cells of a quarter with what is hidden of them.
create or replace function publication_cells(s report_seal) returns setof published_cell language plpgsql stable as $$
#variable_conflict use_column
declare
    cells published_cell[];
    who text[] := '{}'::text[]; -- "<cell's number> <firm>"
    one text;
    n int;
    changed boolean := true;
    city boolean;
    hidden_amounts bigint[];
    hidden_firms int;
    smallest int;
begin
    with atom as materialized (select * from publication_atoms(s)),
    cell as (
        select a.section, a.row_key, sum(a.loans)::bigint as loans, sum(a.fen)::bigint as fen, count(*) as firms,
               publication_small(array_agg(a.fen order by a.fen desc)) as small, array_agg(a.firm) as firm
          from (select * from atom
                 union all
                select 'all', '', x.firm, sum(x.loans)::bigint, sum(x.fen)::bigint
                  from atom x where x.section = 'by_district' group by x.firm) a
         group by 1, 2
    ),
    numbered as (select c.*, row_number() over (order by c.section, c.row_key)::int as no from cell c)
    select array_agg(row(s.quarter, s.first_day, c.section, c.row_key, c.loans, c.fen, c.firms, c.small)::published_cell
                     order by c.no),
           (select array_agg(x.no || ' ' || f) from numbered x cross join lateral unnest(x.firm) f)
      into cells, who
      from numbered c;
    n := coalesce(cardinality(cells), 0);
    city := exists (select from unnest(cells) c where c.section = 'all' and not c.hidden);
    while changed and city loop
        changed := false;
        if exists (select from unnest(cells) c where c.row_key = 'trademark' and c.hidden)
           and exists (select from unnest(cells) c where c.row_key = 'trademark' and not c.hidden) then
            for i in 1 .. n loop
                if (cells[i]).row_key = 'trademark' then
                    cells[i].hidden := true;
                end if;
            end loop;
            changed := true;
        end if;
        foreach one in array publication_sections() loop
            select coalesce(array_agg(c.fen), '{}'::bigint[]) into hidden_amounts
              from unnest(cells) c where c.section = one and c.hidden;
            select count(distinct substr(w, strpos(w, ' ') + 1))::int into hidden_firms
              from unnest(who) w
             where (cells[split_part(w, ' ', 1)::int]).section = one and (cells[split_part(w, ' ', 1)::int]).hidden;
            continue when publication_safe(hidden_amounts, hidden_firms);
            select c.no::int into smallest
              from unnest(cells) with ordinality
                   as c(quarter, first_day, section, row_key, loans, fen, firms, hidden, no)
             where c.section = one and not c.hidden
             order by c.fen, c.row_key
             limit 1;
            if found then
                cells[smallest].hidden := true;
            else
                city := false; -- the city's own figure would tell
            end if;
            changed := true;
        end loop;
    end loop;
    for i in 1 .. n loop
        if not city then
            cells[i].hidden := true;
        end if;
        return next cells[i];
    end loop;
end $$;

-- What a second person sees and names.
create or replace function publication_seen(q text) returns text language sql stable as $$
    select encode(text_sha256(coalesce(string_agg(
                  concat_ws('|', c.section, c.row_key, c.loans, c.fen, c.firms, c.hidden),
                  E'\n' order by c.section collate "C", c.row_key collate "C"), '')), 'hex')
      from published_cell c where c.quarter = q
$$;

-- The first person proposes, another publishes what was proposed. Where the first is out of office since, the next one
-- proposes in his place what he saw.
create or replace function publication_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql as $$
declare
    d decision;
    s report_seal;
    proposed publication;
    stands boolean; -- what was proposed: by somebody in office still, by a token that was not revoked
    q text := doc ->> 'quarter';
begin
    d.district := '';
    d.parties := '{}';
    select x.* into s from report_seal x where x.quarter = q;
    select x.* into proposed
      from publication x where x.quarter = q and x.step = 'propose' order by x.recorded_at desc limit 1;
    stands := person_serves(proposed.by_whom) and not record_disowned(proposed.id, 1);
    if s.quarter is null then
        d.problems := json_build_array(problem('E_NOT_SEALED', '', q));
    elsif exists (select from publication x where x.quarter = q and x.step = 'publish') then
        d.problems := json_build_array(problem('E_STEP', '', 'published'));
    elsif exists (select from publication x where x.first_day > s.first_day and x.step = 'publish') then
        -- it would fill in what a published report of a later quarter left open
        d.problems := json_build_array(problem('E_ORDER', '', (
            select min(x.quarter) from publication x where x.first_day > s.first_day and x.step = 'publish')));
    elsif proposed.quarter is null and doc ->> 'seen' is not null then
        d.problems := json_build_array(problem('E_STEP', '', 'propose'));
    elsif proposed.quarter is not null and doc ->> 'seen' is null then
        d.problems := json_build_array(problem('E_NEED', '/seen', proposed.seen));
    elsif proposed.quarter is not null and doc ->> 'seen' <> proposed.seen then
        d.problems := json_build_array(problem_seen('/seen', proposed.seen, doc ->> 'seen', proposed.seen, null));
    elsif person_is_me(proposed.by_whom) and not record_disowned(proposed.id, 1) then
        d.problems := json_build_array(problem('E_SAME_PERSON', '', proposed.by_whom));
    elsif not dry then
        if proposed.quarter is null then
            insert into published_cell (quarter, first_day, section, row_key, loans, fen, firms, hidden)
            select c.quarter, c.first_day, c.section, c.row_key, c.loans, c.fen, c.firms, c.hidden
              from publication_cells(s) c;
        end if;
        insert into publication (quarter, step, id, first_day, seen, reason, by_whom, recorded_at)
        values (q, case when stands then 'publish' else 'propose' end, new_id, s.first_day,
                case when proposed.quarter is null or stands then publication_seen(q)
                     else encode(text_sha256(publication_seen(q) || ' ' || new_id), 'hex') end, -- another thing to see
                doc ->> 'reason', my_signature(), record_now());
    end if;
    return d;
end $$;

-- The first day of the plan that a published quarter belongs to, as it was known when it was published: a plan that is
-- approved or revised later changes nothing that is public.
create or replace function published_plan_day(first date) returns date
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return plan_first_day(first, (select x.recorded_at from publication x
                                   where x.first_day = published_plan_day.first and x.step = 'publish'));
end $$;

-- The columns of a section in a public report: those of its quarter, of the quarters that it is compared with, and of
-- the year and the plan so far, out of published cells alone. v: as in report_cells (null: a quarter of it is not
-- published); hidden: bit n - 1 for column n.
create or replace function published_report(section text, first date)
    returns table (row_key text, v bigint[], firms bigint[], hidden bigint)
    language sql stable as $$
    with period as (
        select p.n, p.since, p.until,
               (select count(*) from generate_series(p.since::timestamp, p.until::timestamp, '3 months') q(d)
                 where not exists (select from publication x where x.first_day = q.d::date and x.step = 'publish')) = 0
                   as all_there
          from (values (1, first, first), (2, year_before(first), year_before(first)),
                       (3, (first - interval '3 months')::date, (first - interval '3 months')::date),
                       (4, year_start(first), first), (5, year_before(year_start(first)), year_before(first)),
                       (6, published_plan_day(first), first)) as p(n, since, until)
    ),
    cell as (
        select c.* from published_cell c
          join publication x on x.quarter = c.quarter and x.step = 'publish'
         where c.section = case when published_report.section in ('headline', 'by_quarter') then 'all'
                                else published_report.section end
           and c.first_day <= first
         union all
        select c.* from published_cell c
          join publication x on x.quarter = c.quarter and x.step = 'publish'
         where c.section = 'all' and published_report.section not in ('headline', 'by_quarter') and c.first_day <= first
    ),
    row as (
        select c.section, c.row_key, p.n, p.all_there,
               coalesce(sum(c.loans) filter (where c.first_day between p.since and p.until), 0)::bigint as loans,
               coalesce(sum(c.fen) filter (where c.first_day between p.since and p.until), 0)::bigint as fen,
               coalesce(max(c.firms) filter (where c.first_day between p.since and p.until), 0) as firms,
               coalesce(bool_or(c.hidden) filter (where c.first_day between p.since and p.until), false) as hidden
          from cell c
         cross join period p
         group by 1, 2, 3, 4
    )
    select case when r.section <> 'all' then r.row_key end,
           (select array_agg(x order by o) from (
                   select case when y.all_there then y.loans end, y.n * 2 - 1 from row y
                    where y.section = r.section and y.row_key = r.row_key
                    union all
                   select case when y.all_there then y.fen end, y.n * 2 from row y
                    where y.section = r.section and y.row_key = r.row_key) as z(x, o)) || null::bigint,
           array_fill(max(r.firms) filter (where r.n = 1), '{2}') || array_fill(0::bigint, '{11}'),
           coalesce(sum(3::bigint << (r.n * 2 - 2)) filter (where r.hidden), 0)::bigint
      from row r
     group by r.section, r.row_key
$$;

-- The cells of a section as a public report shows it, in the form of report_cells with what is hidden beside.
create or replace function published_cells(section text, first date)
    returns table (row_key text, v bigint[], firms bigint[], hidden bigint)
    language plpgsql stable as $$
#variable_conflict use_column
begin
    if published_cells.section = 'headline' then -- rows are measures: the six periods of each
        return query
        select m.row_key, m.v || array_fill(null::bigint, '{7}'),
               array_fill(r.firms[1], '{1}') || array_fill(0::bigint, '{12}'),
               (select coalesce(sum(1::bigint << (n - 1)), 0)::bigint
                  from generate_series(1, 6) n
                 where r.hidden & (1::bigint << (n * 2 - 2)) <> 0)
          from published_report('headline', first) r
         cross join lateral (values
               ('count', array[r.v[1], r.v[3], r.v[5], r.v[7], r.v[9], r.v[11]]),
               ('amount', array[r.v[2], r.v[4], r.v[6], r.v[8], r.v[10], r.v[12]])) as m(row_key, v);
    elsif published_cells.section = 'by_quarter' then
        return query
        select quarter_text(q.d::date), r.v[1:6] || array_fill(null::bigint, '{7}'), r.firms, r.hidden & 63
          from generate_series(published_plan_day(first)::timestamp, first::timestamp, '3 months') q(d)
         cross join lateral published_report('by_quarter', q.d::date) r;
    else
        return query select r.* from published_report(published_cells.section, first) r;
    end if;
end $$;

-- How far the publication of a quarter has come, and for finance the cells that a second person looks at.
create or replace function publication_told(q text) returns json language sql stable as $$
    select case when p.quarter is not null then json_build_object(
           'quarter', p.quarter,
           'state', case when x.quarter is null then 'proposed' else 'published' end,
           'seen', p.seen,
           'proposed_by', p.by_whom,
           'proposed_at', instant_text(p.recorded_at),
           'published_by', x.by_whom,
           'published_at', instant_text(x.recorded_at),
           'cells', (select count(*) from published_cell c where c.quarter = q),
           'hidden', (select count(*) from published_cell c where c.quarter = q and c.hidden)) end
      from (values (q)) as asked(quarter)
      left join lateral (select y.* from publication y where y.quarter = asked.quarter and y.step = 'propose'
                          order by y.recorded_at desc limit 1) p on true
      left join publication x on x.quarter = asked.quarter and x.step = 'publish'
$$;
