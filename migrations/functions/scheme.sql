-- Risk-sharing schemes: drafted, approved, and what their loans come to.

-- The version that governs a loan signed on a day; known_at null: now.
create or replace function scheme_for(scheme_code text, signed_on date, known_at timestamptz) returns scheme
    language sql stable security definer set search_path = public, pg_temp as $$
    select s
      from scheme s
     where s.code = scheme_code
       and s.effective_from <= signed_on
       and (s.effective_to is null or s.effective_to >= signed_on)
       and (known_at is null or s.approved_at <= known_at)
     order by s.effective_from desc
     limit 1
$$;

-- The terms of a scheme, read once: from here on a name that a scheme does not have is an error.
create or replace function scheme_terms_of(body json) returns scheme_terms language sql stable parallel safe as
    $$ select json_populate_record(null::scheme_terms, body) $$;

-- What stands against a version among those in force.
create or replace function scheme_refusal(doc json) returns json[] language plpgsql stable as $$
declare
    terms scheme_terms := scheme_terms_of(doc);
    from_day date := terms.effective_from;
    to_day date := terms.effective_to;
    other scheme;
begin
    if exists (select from scheme s where lower(s.code) = lower(terms.code) and s.code <> terms.code) then
        return array[problem('E_TAKEN', '/code', terms.code)]; -- accounts do not differ by case alone
    end if;
    select o.* into other
      from scheme o
     where o.code = terms.code
       and o.effective_from <> from_day
       and ((o.effective_from < from_day and o.effective_to >= from_day)
            or (o.effective_from > from_day and to_day >= o.effective_from))
     limit 1;
    if found then
        return array[problem('E_OVERLAP',
                     case when other.effective_from < from_day then '/effective_from' else '/effective_to' end,
                     other.effective_from || ' – ' || coalesce(other.effective_to::text, '…'))];
    end if;
    return '{}'::json[];
end $$;

-- A scheme is a draft until it is approved.
create or replace function scheme_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql stable as $$
declare
    d decision;
    found_problems json[] := scheme_refusal(doc);
begin
    d.district := '';
    d.parties := '{}';
    if cardinality(found_problems) > 0 then
        d.problems := array_to_json(found_problems);
    end if;
    return d;
end $$;

-- Puts a scheme in force, as it was seen, and opens the accounts of its fund.
create or replace function scheme_approval_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql as $$
declare
    d decision;
    r submission%rowtype;
    terms scheme_terms;
    found_problems json[];
begin
    d.district := '';
    d.parties := '{}';
    select x.* into r
      from submission x
     where x.id = (doc ->> 'scheme')::uuid and x.type = 'scheme'
     order by x.version desc
     limit 1;
    if not found then
        d.problems := json_build_array(problem('E_NOT_FOUND', '/scheme', doc ->> 'scheme'));
        return d;
    end if;
    found_problems := scheme_refusal(r.body);
    if exists (select from scheme s where s.id = r.id) then
        d.problems := json_build_array(problem('E_STEP', '/scheme', 'scheme.in_force'));
    elsif doc ->> 'seen' <> record_seen(r.id) then
        d.problems := json_build_array(record_seen_problem(r.id, doc ->> 'seen'));
    elsif cardinality(found_problems) > 0 then
        d.problems := array_to_json(found_problems);
    elsif exists (select from submission x -- of any version, for any office
                   where x.id = r.id and person_is_me(x.recorded_by)) then
        d.problems := json_build_array(problem('E_SAME_PERSON', '', r.recorded_by));
    elsif record_disowned(r.id, r.version) then -- until it is corrected, by whoever it may be
        d.problems := json_build_array(problem('E_PROPOSER_LEFT', '', r.recorded_by));
    elsif not dry then
        terms := scheme_terms_of(r.body);
        insert into scheme (id, code, effective_from, effective_to, body, reason, approved_at, approved_by)
        values (r.id, terms.code, terms.effective_from, terms.effective_to, r.body, doc ->> 'reason',
                record_now(), my_signature());
        perform account_open(x.place || terms.code, x.kind, x.name || terms.code, x.place = 'fund:', null, terms.code,
                             terms.effective_from)
           from (values ('fund:', 'asset', '补偿资金池 '), ('appropriation:', 'income', '财政拨款 '),
                        ('adjustment:', 'equity', '调整 ')) as x(place, kind, name);
    end if;
    return d;
end $$;

-- A scheme is corrected until it is in force.
create or replace function scheme_correction(record_id uuid, doc json) returns json[] language plpgsql stable as $$
begin
    if exists (select from scheme s where s.id = record_id) then
        return array[problem('E_STEP', '', 'scheme.in_force')];
    end if;
    return scheme_refusal(doc);
end $$;

-- The state of a scheme, and what was seen by who approves it.
create or replace function scheme_members(record_id uuid, version int, as_of date, known_at timestamptz) returns json
    language sql stable security definer set search_path = public, pg_temp as $$
    select json_build_object(
           'state', case when s.id is null then 'draft' else 'in_force' end,
           'seen', record_seen(x.id),
           'approved_by', s.approved_by,
           'approved_at', instant_text(s.approved_at))
      from (select record_id as id) x
      left join scheme s on s.id = x.id
$$;

-- The highest rate that the scheme allows for a loan signed on a day; null when it sets none.
create or replace function scheme_rate_ceiling_ppm(rule scheme_ceiling, signed_on date) returns int
    language sql stable as $$
    select floor(p.one_year_ppm * coalesce((rule).lpr_multiplier, 100) / 100)::int
           + coalesce(percent_ppm((rule).lpr_spread), 0)
      from lpr p
     where rule is distinct from null and p.on_day <= signed_on
     order by p.on_day desc
     limit 1
$$;

-- The fund of a scheme from the first to the last day of a period.
create or replace function scheme_statement(code text, from_day date, to_day date, known_at timestamptz)
    returns table (opening bigint, appropriations bigint, compensation bigint, recoveries bigint, returns bigint,
                   adjustments bigint, closing bigint, held bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    with moved as (
        select case when t.cause = 'reversal' then (select x.cause from transfer x where x.id = t.reverses)
                    else t.cause end as cause,
               case when t.debit = 'fund:' || code then t.amount_fen else -t.amount_fen end as fen
          from transfer t
         where (t.debit = 'fund:' || code or t.credit = 'fund:' || code)
           and t.on_day between from_day and to_day
           and (known_at is null or t.recorded_at <= known_at)
    )
    select account_balance_fen('fund:' || code, from_day - 1, known_at),
           coalesce(sum(m.fen) filter (where m.cause = 'appropriation'), 0)::bigint,
           coalesce(sum(m.fen) filter (where m.cause = 'compensation'), 0)::bigint,
           coalesce(sum(m.fen) filter (where m.cause = 'recovery'), 0)::bigint,
           coalesce(sum(m.fen) filter (where m.cause = 'return'), 0)::bigint,
           coalesce(sum(m.fen) filter (where m.cause = 'adjustment'), 0)::bigint,
           account_balance_fen('fund:' || code, to_day, known_at),
           -- approved by the end of the period, neither paid nor returned by then, and not run out
           (select coalesce(sum(s.fund_fen), 0)::bigint
              from claim_step s
              join claim c on c.id = s.claim
              join hold h on h.id = s.hold
             where c.scheme_code = code and s.step = 'approve' and s.on_day <= to_day
               and h.until_day >= least(to_day, today())
               and (known_at is null or s.recorded_at <= known_at)
               and not exists (select from claim_step x
                                where x.claim = s.claim and x.n = s.n + 1 and x.on_day <= to_day
                                  and (known_at is null or x.recorded_at <= known_at)))
      from (select 1) one
      left join moved m on true
$$;
