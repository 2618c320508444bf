-- Subscriptions to the feed: who has it sent where, how far that has come, and what is due.

-- How many an organisation may have at once.
create or replace function webhook_most() returns int language sql immutable as $$ select 10 $$;

-- A new subscription of whoever asks: from where he says, else from what is recorded from now on.
create or replace function webhook_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
    head bigint := coalesce((select max(f.no) + 1 from log_leaf f), 0);
    since bigint := coalesce((doc ->> 'after')::bigint, head);
begin
    d.parties := '{}';
    d.district := '';
    if since > head then
        d.problems := json_build_array(problem('E_CURSOR', '/after', ''));
    elsif (select count(*) from webhook w where w.org_id = my_org() and w.disabled_at is null) >= webhook_most() then
        d.problems := json_build_array(problem('E_WEBHOOKS', '', webhook_most()::text));
    elsif not dry then
        insert into webhook (id, org_id, reference, url, person, person_id, since, created_at)
        select new_id, p.org_id, doc ->> 'reference', doc ->> 'url', p.name, p.person, since, record_now()
          from post p
         where p.org_id = my_org() and p.person = my_person();
        insert into webhook_state (webhook, delivered) values (new_id, since);
    end if;
    return d;
end $$;

-- Ends a subscription of one's own office at once.
create or replace function webhook_disable_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
    w webhook;
begin
    d.parties := '{}';
    d.district := '';
    select x.* into w from webhook x where x.id = (doc ->> 'webhook')::uuid and x.org_id = my_org();
    if not found then
        d.problems := json_build_array(problem('E_NOT_FOUND', '', doc ->> 'webhook'));
    elsif w.disabled_at is not null then
        d.problems := json_build_array(problem('E_STEP', '', 'disabled'));
    elsif not dry then
        update webhook x set disabled_at = record_now() where x.id = w.id;
    end if;
    return d;
end $$;

-- The subscriptions of whoever asks, with their deliveries, in the order of their making. one: that alone.
create or replace function webhook_list(one uuid) returns table (item json)
    language sql stable security definer set search_path = public, pg_temp as $$
    select json_strip_nulls(json_build_object('id', w.id, 'reference', w.reference, 'url', w.url, 'person', w.person,
               'created_at', instant_text(w.created_at), 'disabled_at', instant_text(w.disabled_at),
               'state', case when w.disabled_at is not null or record_disowned(w.id, 1) then 'disabled'
                             when s.failing_since is not null then 'failing' else 'delivering' end,
               'delivered', s.delivered, 'delivered_at', instant_text(s.delivered_at),
               'failing_since', instant_text(s.failing_since),
               'failures', case when s.failing_since is not null then s.failures end, 'failure', s.failure,
               'next_at', case when s.failing_since is not null and w.disabled_at is null
                               then instant_text(s.next_at) end))
      from webhook w
      join webhook_state s on s.webhook = w.id
     where w.org_id = my_org() and (one is null or w.id = one)
     order by w.created_at, w.id
$$;

-- What is to be sent now: live subscriptions of persons who are still there, and not made by a token that somebody else
-- may have had, behind the end of the log, and whose time has come after a failure; whose last page was taken longest
-- ago first, so that many who take theirs slowly and are far behind do not keep the others waiting. As whom its page is
-- read. All organisations' at once: for the daemon itself, who is nobody.
create or replace function webhook_due(most int)
    returns table (id uuid, url text, reference text, delivered bigint, org bigint, kind text, code text, name text,
                   district text, person text, person_id uuid)
    language sql stable security definer set search_path = public, pg_temp as $$
    select w.id, w.url, w.reference, s.delivered, o.id, o.kind, o.code, o.name, coalesce(o.district, ''), p.name,
           p.person
      from webhook w
      join webhook_state s on s.webhook = w.id
      join org o on o.id = w.org_id and o.disabled_at is null
      join post p on p.org_id = w.org_id and p.person = w.person_id and p.ended_at is null
      join person n on n.id = p.person and n.disabled_at is null
     where w.disabled_at is null and my_org() is null and not record_disowned(w.id, 1)
       and s.next_at <= clock_timestamp()
       and s.delivered < (select max(f.no) + 1 from log_leaf f)
     order by greatest(coalesce(s.delivered_at, '-infinity'), s.next_at), s.delivered
     limit most
$$;

-- Notes what became of a delivery. failure: why it came to nothing (null: it has come as far as `until`); again_s:
-- after so long it is tried again, twice that after each further failure, at most an hour.
create or replace function webhook_note(hook uuid, until bigint, sent boolean, failure text, again_s int) returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if webhook_note.failure is null then
        update webhook_state s
           set delivered = greatest(s.delivered, until),
               delivered_at = case when sent then clock_timestamp() else s.delivered_at end,
               failing_since = null, failures = 0, failure = null, next_at = '-infinity'
         where s.webhook = hook;
    else
        update webhook_state s
           set failing_since = coalesce(s.failing_since, clock_timestamp()), failures = s.failures + 1,
               failure = left(webhook_note.failure, 500),
               next_at = clock_timestamp()
                         + least(again_s * power(2, least(s.failures, 12)), 3600) * interval '1 second'
         where s.webhook = hook;
    end if;
    return 1;
end $$;
