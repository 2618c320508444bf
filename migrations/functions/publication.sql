-- What is published of the quarterly reports, and what is hidden for good.
--
-- The rule. Every public figure is a sum of cells: the loans of one quarter in one row of one section, as the quarter
-- was sealed. A cell is small when fewer than three firms stand behind it, or when all but its two largest firms
-- together have less than a tenth of the largest (who knows the second could work out the first). In a section with
-- small cells these are hidden and, the smallest first, as many others as it takes for the hidden ones to keep each
-- other (publication_keeps); where all rows do not, everything of the quarter is hidden, the city's figures too. The
-- rows by what secures a loan and by kinds of rights are sums of the same six cells, by_right: of these is decided, and
-- a row is shown that has none of the hidden ones in it, or all. A sum over quarters (the year to date, since the plan
-- began) is shown only when every cell in it was published and shown. No number of rights is published. So all that a
-- reader can set up about the hidden cells of a section is their sum, of loans as of amounts; that a loan of the row
-- "up to 10 million yuan" is up to that, the others above; that firms are not more than loans nor than the city's. What
-- is promised of a small cell: by all of this its amount may be a fifth more than it is, its loans a fifth and at least
-- one more, and how many firms it has is not found; what hidden cells come to together is no small cell itself, so that
-- neither one of its firms learns another's. Others are hidden for the sake of these alone. What was decided is kept
-- with the quarter: later reports show the cell as it was published, whatever was corrected since.

-- The cells of a sealed quarter, firm by firm: those of the sections, and by_right.
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
    return query
    select 'by_right', r.cell, k.firm, sum(k.v[1])::bigint, sum(k.v[2])::bigint
      from report_facts_by_kind(s.first_day, s.as_of, s.known_at, s.basis) k
      join report_facts_by_ip_kind(s.first_day, s.as_of, s.known_at, s.basis) i on i.id = k.id
      join publication_right_cells() r on r.kind = k.row_key and r.ip_kind = i.row_key
     where k.v[1] <> 0
     group by r.cell, k.firm;
end $$;

-- The cells that the rows of by_kind and of by_ip_kind are sums of.
create or replace function publication_right_cells() returns table (cell text, kind text, ip_kind text)
    language sql immutable parallel safe as $$
    values ('invention', 'patent', 'invention'),
           ('utility_model', 'patent', 'utility_model'),
           ('design', 'patent', 'design'),
           ('patents', 'patent', 'several'),
           ('trademark', 'trademark', 'trademark'),
           ('mixed', 'mixed', 'several')
$$;

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

-- Do these hidden cells keep each other, when their sums are known? loans, amounts: of each; small: is it; firms: the
-- amounts of their firms together, the largest first. Whoever counts takes one loan for each of the others.
create or replace function publication_keeps(loans bigint[], amounts bigint[], small boolean[], firms bigint[])
    returns boolean language sql immutable parallel safe as $$
    select cardinality(amounts) > 1
       and not publication_small(firms)
       and (select bool_and(sum_fen * 10 >= c.fen * 12
                            and (most_loans * 10 >= c.loans * 12 and most_loans > c.loans))
              from unnest(loans, amounts, small) as c(loans, fen, small)
             cross join (select sum(x) as sum_fen from unnest(amounts) x) a
             cross join (select sum(x) - count(*) + 1 as most_loans from unnest(loans) x) l
             where c.small)
$$;

-- The same of the two rows of small loans by what their titles say: up to 10 million yuan each, above that each. So one
-- loan at least is in each row, and in the second as many at most as the sum leaves room for.
create or replace function publication_titles_keep(small_loans bigint, small_fen bigint, small_small boolean,
                                                   larger_loans bigint, larger_fen bigint, larger_small boolean)
    returns boolean language sql immutable parallel safe as $$
    with known as (
        select small_loans + larger_loans as loans, small_fen + larger_fen as fen, 1000000000::bigint as bound
    ),
    most as (
        select least(k.bound * (k.loans - 1), k.fen - k.bound - 1) as small_fen,
               least(k.loans - 1, k.fen / (k.bound + 1)) as larger_loans,
               k.fen - k.bound * (k.loans - 1) as larger_fen_least
          from known k
    )
    select (not small_small or m.small_fen * 10 >= publication_titles_keep.small_fen * 12)
       and (not larger_small
            or (m.larger_loans * 10 >= publication_titles_keep.larger_loans * 12
                and m.larger_loans > publication_titles_keep.larger_loans
                and m.larger_fen_least * 10 <= larger_fen * 8))
      from most m
$$;

-- The cells of a quarter with what is hidden of them.
create or replace function publication_cells(s report_seal) returns setof published_cell language plpgsql stable as $$
#variable_conflict use_column
begin
    return query
    with atom as materialized (
        select * from publication_atoms(s)
    ),
    cell as materialized ( -- in the order in which they are hidden
        select a.*, row_number() over (partition by a.section order by not a.small, a.fen, a.row_key) as place,
               count(*) filter (where a.small) over (partition by a.section) as smalls,
               count(*) over (partition by a.section) as rows
          from (select section, row_key, sum(loans)::bigint as loans, sum(fen)::bigint as fen, count(*) as firms,
                       publication_small(array_agg(fen order by fen desc)) as small
                  from atom group by 1, 2) a
    ),
    whole as (
        select sum(f.loans)::bigint as loans, sum(f.fen)::bigint as fen, count(*) as firms,
               publication_small(array_agg(f.fen order by f.fen desc)) as small
          from (select firm, sum(loans) as loans, sum(fen)::bigint as fen
                  from atom where section = 'by_district' group by 1) f
        having count(*) > 0
    ),
    kept as ( -- how many are hidden of a section; null: all of them would not do
        select x.section, (
               select min(n)
                 from generate_series(x.smalls, x.rows) n
                cross join lateral (
                      select array_agg(c.loans order by c.row_key desc) as loans,
                             array_agg(c.fen order by c.row_key desc) as fen,
                             array_agg(c.small order by c.row_key desc) as small
                        from cell c where c.section = x.section and c.place <= n) h
                where publication_keeps(h.loans, h.fen, h.small, array(
                      select sum(a.fen)::bigint
                        from cell c
                        join atom a on a.section = c.section and a.row_key = c.row_key
                       where c.section = x.section and c.place <= n
                       group by a.firm order by 1 desc))
                  and (x.section <> 'small_loans'
                       or publication_titles_keep(h.loans[1], h.fen[1], h.small[1],
                                                  h.loans[2], h.fen[2], h.small[2]))) as n
          from (select distinct section, smalls, rows from cell
                 where smalls > 0 and section not in ('by_kind', 'by_ip_kind')) x
    ),
    city as (
        select w.small or exists (select from kept k where k.n is null) as hidden from whole w
    ),
    hidden as (
        select c.section, c.row_key from cell c join kept k using (section) where c.place <= k.n
    ),
    rights as ( -- of each row: how many of the hidden cells are in it
        select r.section, r.row_key, count(h.row_key) as n,
               (select count(*) from hidden where section = 'by_right') as most
          from publication_right_cells() x
         cross join lateral (values ('by_kind', x.kind), ('by_ip_kind', x.ip_kind)) as r(section, row_key)
          left join hidden h on h.section = 'by_right' and h.row_key = x.cell
         group by 1, 2
    )
    select s.quarter, s.first_day, c.section, c.row_key, c.loans, c.fen, c.firms,
           y.hidden
           or exists (select from hidden h where h.section = c.section and h.row_key = c.row_key)
           or exists (select from rights r
                       where r.section = c.section and r.row_key = c.row_key and r.n not in (0, r.most))
      from cell c
     cross join city y
     where c.section <> 'by_right'
     union all
    select s.quarter, s.first_day, 'all', '', w.loans, w.fen, w.firms, y.hidden
      from whole w
     cross join city y;
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
