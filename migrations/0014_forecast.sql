-- What each district brought from one day to another. Runs as the owner: districts and offices may see each
-- district's sums, none sees another's rows.
create function plan_districts(basis text, from_day date, to_day date, known_at timestamptz)
    returns table (district text, amount_fen bigint, count bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    select l.district, sum(l.amount_fen)::bigint, count(*)
      from loan l
     where my_kind() in ('district', 'finance', 'ip_office', 'auditor')
       and case basis when 'registered_on' then l.registered_on
                      when 'disbursed_on' then l.disbursed_on
                      else l.signed_on end between from_day and to_day
       and (known_at is null or l.recorded_at <= known_at)
       and not exists (select from loan later
                        where later.id = l.id and later.version = l.version + 1
                          and (known_at is null or later.recorded_at <= known_at))
     group by l.district
$$;
revoke all on function plan_districts from public;
grant execute on function plan_districts to pledged_app;
