-- A credit has an identity beyond its contract number: what is possibly one credit, until a second person has cleared
-- it; and what else a loan shows beside others when it is recorded.

-- Firms are one by their code or by their name (text_form).
create index if not exists loan_by_name_form on loan (text_form(borrower_name), id);

-- What of a loan decides whether it is the same credit as another. A case that was cleared comes back when it changes.
create or replace function credit_facts(l loan) returns jsonb language sql stable as $$
    select jsonb_build_object('amount', yuan_text((l).amount_fen), 'signed_on', (l).signed_on, 'rights', (
               select jsonb_agg(p.number order by p.number)
                 from loan_ip p
                where p.record_id = (l).id and p.version = (l).version))
$$;

-- Is a version of a loan one of its faces: the newest, or one that a cover is frozen at? A claim is paid on the frozen
-- one, whatever its bank has corrected since. Mostly it is the newest: asked where it is called, that costs a fifth.
create or replace function credit_is_face(id uuid, version int) returns boolean language plpgsql stable as $$
begin -- PL/pgSQL keeps the plan
    return not exists (select from loan n where n.id = $1 and n.version = $2 + 1)
           or exists (select from coverage c
                       where c.loan_id = $1 and c.loan_version = $2 and c.state in ('covered', 'suspended', 'ended'));
end $$;

-- The loans of a firm, by its code or its name, that were recorded next before and after one: more than any firm has at
-- a time. "between", so that only the index by firm has their order: an equation would let the planner walk all loans.
create or replace function credit_beside(firm text, name text, id uuid)
    returns table (id uuid, version int, amount_fen bigint, signed_on date, matures_on date) language sql stable as $$
    (select x.id, x.version, x.amount_fen, x.signed_on, x.matures_on
       from loan x
      where x.borrower between $1 and $1 and x.id < $3
        and (not exists (select from loan n where n.id = x.id and n.version = x.version + 1 offset 0)
             or credit_is_face(x.id, x.version))
      order by x.borrower desc, x.id desc
      limit 200)
    union all
    (select x.id, x.version, x.amount_fen, x.signed_on, x.matures_on
       from loan x
      where x.borrower between $1 and $1 and x.id > $3
        and (not exists (select from loan n where n.id = x.id and n.version = x.version + 1 offset 0)
             or credit_is_face(x.id, x.version))
      order by x.borrower, x.id
      limit 200)
    union all
    (select x.id, x.version, x.amount_fen, x.signed_on, x.matures_on
       from loan x
      where text_form(x.borrower_name) between $2 and $2 and x.id < $3 and x.borrower <> $1
        and (not exists (select from loan n where n.id = x.id and n.version = x.version + 1 offset 0)
             or credit_is_face(x.id, x.version))
      order by text_form(x.borrower_name) desc, x.id desc
      limit 200)
    union all
    (select x.id, x.version, x.amount_fen, x.signed_on, x.matures_on
       from loan x
      where text_form(x.borrower_name) between $2 and $2 and x.id > $3 and x.borrower <> $1
        and (not exists (select from loan n where n.id = x.id and n.version = x.version + 1 offset 0)
             or credit_is_face(x.id, x.version))
      order by text_form(x.borrower_name), x.id
      limit 200)
$$;

-- Pairs of loans that are possibly one credit, told by their newest versions: of one firm, overlapping in time, and
-- with a right in common or close in amount and signing day, by any face of either. At most so many a loan, the
-- closest first.
create or replace function credit_pairs(loans uuid[], most int)
    returns table (id uuid, version int, other uuid, other_version int) language plpgsql stable
    set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off
    set enable_nestloop = on set jit = off as $$
#variable_conflict use_column
declare
    least_share numeric := 100 - flag_limit('RF29', 'amount');
    near int := flag_limit('RF29', 'days')::int;
begin
    return query
    with mine as materialized (
        select x.id, x.borrower, x.amount_fen, x.signed_on, x.matures_on, text_form(x.borrower_name) as name, array(
                   select p.number from loan_ip p where p.record_id = x.id and p.version = x.version) as rights
          from unnest(loans) as asked(id)
          join loan x on x.id = asked.id
               and (not exists (select from loan n where n.id = x.id and n.version = x.version + 1 offset 0)
                    or credit_is_face(x.id, x.version))
    ),
    pair as materialized (
        select distinct m.id, d.id as other
          from mine m
         cross join lateral (
               select n.id
                 from (select c.id, c.amount_fen, c.signed_on
                         from (select o.*
                                 from credit_beside(m.borrower, m.name, m.id) o
                                where (abs(o.signed_on - m.signed_on) <= near
                                       and least(o.amount_fen, m.amount_fen) * 100
                                           >= greatest(o.amount_fen, m.amount_fen) * least_share
                                       or exists (select from loan_ip p
                                                   where p.record_id = o.id and p.version = o.version
                                                     and p.number = any (m.rights)))
                               offset 0) c -- few are left, for what costs more
                        where not exists (select from loan_void v where v.loan_id = c.id and v.until_at = 'infinity')
                          and m.signed_on < loan_end(c.id, c.matures_on, false, null)
                          and c.signed_on < loan_end(m.id, m.matures_on, false, null)
                          and not exists (select from loan_void v where v.loan_id = m.id and v.until_at = 'infinity')
                        limit 4 * most) n
                order by abs(n.amount_fen - m.amount_fen), abs(n.signed_on - m.signed_on), n.id
                limit most) d
    )
    select p.id, (select max(x.version) from loan x where x.id = p.id),
           p.other, (select max(x.version) from loan x where x.id = p.other)
      from pair p;
end $$;

-- Loans that are possibly one credit. The case is the later one's, whoever recorded it: what it is beside the earlier
-- ones (second tranche, refinancing) is asked and cleared once.
create or replace function flag_rf29_one_credit(loans uuid[], whole boolean) returns setof flag_found
    language sql stable as $$
    with pair as materialized (
        select greatest(p.id, p.other)::text as case_key, p.*
          from credit_pairs(case when whole then array(select y.id from loan_latest y) else loans end, 6) p
    ),
    member as materialized (
        select p.case_key, p.id, p.version from pair p
        union
        select p.case_key, p.other, p.other_version from pair p
    ),
    fact as materialized (
        select x.id, x.version, credit_facts(x) as facts
          from (select distinct m.id, m.version from member m) d
         cross join lateral (select z.* from loan z where z.id = d.id and z.version = d.version offset 0) x
    )
    select 'RF29', m.case_key, 'high', null::jsonb, m.id, m.version, '/contract_no', f.facts, false
      from member m
      join fact f on f.id = m.id and f.version = m.version
$$;

-- Is a loan closer to the one that a case is about than some loan that the case names?
create or replace function credit_is_closer(x loan, about loan, flag_id uuid) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return exists (
        select from flag_record r
          join loan named on named.id = r.record_id and named.version = r.version
         where r.flag = flag_id and named.id <> about.id
           and (abs(named.amount_fen - about.amount_fen), abs(named.signed_on - about.signed_on))
               > (abs(x.amount_fen - about.amount_fen), abs(x.signed_on - about.signed_on)));
end $$;

-- Did a second person clear what two loans are beside each other, seeing both as they are? Of a case that names six,
-- those farther off than all of them were seen too. A clearing stands on the settlements that were known: one that was
-- taken back since takes it away.
create or replace function credit_cleared(a loan, b loan) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return exists (
        select from flag f
          join flag_clearing c on c.flag = f.id
         where f.code = 'RF29' and f.case_key = greatest(a.id, b.id)::text
           and not exists (select from unnest(array[a, b]) x
                            where not exists (select from flag_record r
                                               where r.flag = f.id and r.record_id = x.id
                                                 and r.facts = credit_facts(x))
                              and (x.id = greatest(a.id, b.id) or x.recorded_at > f.raised_at
                                   or (select count(distinct r.record_id) from flag_record r where r.flag = f.id) < 7
                                   or credit_is_closer(x, case when a.id > b.id then a else b end, f.id)))
           and not exists (select from loan_event e
                             join loan_event t on t.loan_id = e.loan_id and t.kind = 'reversed'
                                              and t.reverses = e.reference
                            where e.loan_id in (a.id, b.id) and e.kind in ('settled', 'transferred')
                              and e.recorded_at <= c.cleared_at and t.recorded_at > c.cleared_at));
end $$;

-- Is a loan one that was found to be told twice? The last decision on a case that names it counts.
create or replace function credit_is_double(loan_id uuid) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if not exists (select from flag_clearing c where c.double = loan_id) then -- of nearly all loans
        return false;
    end if;
    return coalesce((select c.double = loan_id
                       from flag_record r
                       join flag f on f.id = r.flag and f.code = 'RF29'
                       join flag_clearing c on c.flag = f.id
                      where r.record_id = loan_id
                      order by c.cleared_at desc
                      limit 1), false);
end $$;

-- The loans that are possibly one credit with this one: not cleared, and none that was found to be the double itself.
-- One that is a double has all beside it in its way until it is voided. most: of the closest so many are looked at.
create or replace function credit_open_doubles(loan_id uuid, most int) returns setof loan
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    p record;
    m loan;
    o loan;
    is_double boolean := credit_is_double(loan_id);
begin
    for p in select * from credit_pairs(array[loan_id], most) loop -- before it is asked which of them were cleared
        select x.* into m from loan x where x.id = p.id and x.version = p.version;
        select x.* into o from loan x where x.id = p.other and x.version = p.other_version;
        if is_double or not credit_is_double(o.id) and not credit_cleared(m, o) then
            return next o;
        end if;
    end loop;
end $$;

-- Was a loan ever possibly one credit with another? Most never were, and row-level security costs more than the look.
create or replace function credit_questioned(loan_id uuid) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return exists (select from flag_record r where r.record_id = loan_id and r.flag in (
                   select f.id from flag f where f.code = 'RF29'));
end $$;

-- What a loan's answer says of it: the contracts of its own bank, as far as whoever asks sees them; null: none.
create or replace function credit_told(l loan) returns json language plpgsql stable as $$
begin
    if not credit_questioned(l.id) then
        return null;
    end if;
    return (select json_agg(r.key order by r.key)
              from credit_own_doubles(l.id) o(id)
              join submission r on r.id = o.id and r.version = 1
             where r.org_id = l.org_id);
end $$;

-- Their ids, of the two dozen closest; row-level security says which of them are shown.
create or replace function credit_own_doubles(loan_id uuid) returns setof uuid
    language sql stable security definer set search_path = public, pg_temp as
    $$ select o.id from credit_open_doubles($1, 24) o $$;

-- What stands against covering, compensating or subsidising a loan: doubles that nobody cleared. Contracts of the
-- organisation itself are named, others are not.
create or replace function credit_problems(loan_id uuid, pointer text) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    org bigint := (select y.org_id from loan y where y.id = loan_id limit 1);
begin
    return array(
        select problem('E_SAME_CREDIT', pointer, x.name)
          from (select distinct case when o.org_id = org then (select r.key from submission r where r.id = o.id limit 1)
                                     else '-' end as name
                  from credit_open_doubles(loan_id, 1000) o) x
         order by x.name);
end $$;

-- Loans whose amount is out of proportion to the other ones of their firm (the newest ten): yuan and ten thousand yuan
-- are easily mixed up. own: beside those of the same bank alone, as its answer says: by corrections up and down it
-- would learn from the answers what others have lent to the fen.
create or replace function flag_rf30_hundredfold(loans uuid[], whole boolean, own boolean default false)
    returns setof flag_found
    language plpgsql stable
    set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off
    set enable_nestloop = on set jit = off as $$
declare
    times bigint := flag_limit('RF30', 'times')::bigint;
begin
    return query
    select 'RF30', m.id::text, 'med', null::jsonb, m.id, m.version, '/amount',
           jsonb_build_object('amount', yuan_text(m.amount_fen)), false
      from unnest(case when whole then array(select y.id from loan_latest y) else loans end) as asked(id)
     cross join lateral (
           select z.id, z.version, z.borrower, z.amount_fen, z.org_id
             from loan z
            where z.id = asked.id
            order by z.version desc limit 1) m
     cross join lateral (
           select array_agg(o.id) as ids, array_agg(o.version) as versions,
                  min(o.amount_fen) as least, max(o.amount_fen) as most
             from (select y.id, y.version, y.amount_fen
                     from loan y
                    where y.borrower between m.borrower and m.borrower and y.id <> m.id
                      and (not own or y.org_id = m.org_id)
                    order by y.borrower desc, y.id desc
                    limit 10) o) x
     -- else no need to look which of them still stand
     where (m.amount_fen >= x.least * times or m.amount_fen * times <= x.most)
       and not loan_is_void(m.id, null)
       and (select m.amount_fen >= max(y.amount_fen) * times or m.amount_fen * times <= min(y.amount_fen)
              from unnest(x.ids, x.versions) as o(id, version)
              join loan y on y.id = o.id and y.version = o.version
             where not record_has_later(y.id, y.version, null) and not loan_is_void(y.id, null));
end $$;

-- Loans whose sender confirmed a code although its check digit is off.
create or replace function flag_rf31_code_confirmed(loans uuid[], whole boolean) returns setof flag_found
    language plpgsql stable as $$
begin
    return query
    select 'RF31', m.id::text, 'low', null::jsonb, m.id, m.version, '/confirmed',
           jsonb_build_object('confirmed', m.confirmed), false
      from unnest(case when whole then array(select y.id from loan_latest y) else loans end) as asked(id)
     cross join lateral (
           select z.id, z.version, z.confirmed from loan z where z.id = asked.id order by z.version desc limit 1) m
     where m.confirmed is not null and not loan_is_void(m.id, null);
end $$;
