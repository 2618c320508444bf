-- Sessions of the console: opened by a token, a client certificate or a link, used, ended.

-- When a session ends: half an hour after it was last used, twelve hours after it began.
create or replace function console_session_end(s console_session) returns timestamptz
    language sql immutable parallel safe as
    $$ select least(s.opened_at + interval '12 hours', s.seen_at + interval '30 minutes') $$;

-- Opens a session for whoever the token or certificate stands for; or for whom the link was made, which is used up
-- then. Nothing is said of what is wrong: then there is no session. The mac is the daemon's, over session and token.
create or replace function console_session_open(session text, credential text, certificate boolean, link text, mac text)
    returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare
    whose bytea := decode(credential, 'hex');
begin
    delete from console_session s where console_session_end(s) < now();
    delete from console_link l where l.until_at < now();
    if link is not null then
        delete from console_link l
         where l.sha256 = decode(link, 'hex') and l.token = whose
         returning l.token into whose;
    end if;
    insert into console_session (sha256, token, opened_at, seen_at, mac)
    select decode(session, 'hex'), t.sha256, now(), now(), decode(mac, 'hex')
      from token t
     where t.sha256 = whose
       and (link is not null or t.is_certificate = certificate);
    delete from console_session s -- of one token so many at once, the newest
     where s.sha256 in (select o.sha256
                          from console_session o
                         where o.token = whose
                         order by o.seen_at desc, o.opened_at desc
                        offset 20);
end $$;

-- A session is used.
create or replace function console_session_use(session text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update console_session s set seen_at = now() where s.sha256 = decode(session, 'hex');
end $$;

-- Ends a session, for all daemons at once.
create or replace function console_session_close(session text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    delete from console_session s where s.sha256 = decode(session, 'hex');
    perform directory_changed();
end $$;
