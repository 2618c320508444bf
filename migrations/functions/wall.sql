-- The database's own walls: who is believed, and what the two serving roles may do. What is run here is run again with
-- the functions, after all others.

-- What a connection that serves knows, and nobody else.
create or replace function wall_secret() returns text
    language sql stable security definer set search_path = public, pg_temp as
    $$ select encode(sha256(i.secret || convert_to('connection', 'UTF8')), 'hex') from installation i $$;
revoke all on function wall_secret from public;

-- By which a role that serves a database of somebody else's logs in.
create or replace function wall_password(role_name text) returns text
    language sql stable security definer set search_path = public, pg_temp as
    $$ select encode(sha256(i.secret || convert_to('role ' || role_name, 'UTF8')), 'hex') from installation i $$;
revoke all on function wall_password from public;

-- Lets a role log in by a password, of which only the digest is told.
create or replace procedure wall_let_in(role_name text, sealed text) language plpgsql as $$
begin
    execute format('alter role %I password %L', role_name, sealed);
end $$;
revoke all on procedure wall_let_in from public;

-- The digest of that secret is none, and a constant, so that asking who acts stays cheap. It is made once.
do $make$
begin
    if to_regprocedure('wall_digest()') is null then
        execute format($f$
-- What the secret of a connection hashes to.
create or replace function wall_digest() returns bytea language sql immutable parallel safe as
    $$ select decode('%s', 'hex') $$ $f$, encode(sha256(convert_to(wall_secret(), 'UTF8')), 'hex'));
    end if;
end $make$;

-- Does this connection know the secret? What it says of who acts is believed then alone.
create or replace function wall_passed() returns boolean language sql stable parallel safe as
    $$ select coalesce(sha256(convert_to(current_setting('pledged.secret', true), 'UTF8')) = wall_digest(), false) $$;

-- Money is moved by somebody. The owner of the database is past all walls.
create or replace function wall_acting() returns void language plpgsql stable as $$
begin
    if session_user in ('pledged_app', 'pledged_lane') and my_kind() = '' then
        raise exception 'nobody acts on this connection' using errcode = '42501';
    end if;
end $$;

-- pledged_app reads. Whatever else it was given goes to pledged_lane: writing to tables, and all functions that run as
-- the owner and may write there.
create or replace procedure wall_build() language plpgsql as $$
-- @plpgsql_check_options: security_warnings = off
declare
    x record;
begin
    for x in
        select c.oid::regclass as name, a.privilege_type as what
          from pg_class c
         cross join lateral aclexplode(c.relacl) a
          join pg_roles r on r.oid = a.grantee and r.rolname = 'pledged_app'
         where c.relnamespace = 'public'::regnamespace and a.privilege_type <> 'SELECT'
    loop
        execute format('grant %s on %s to pledged_lane', x.what, x.name);
        execute format('revoke %s on %s from pledged_app', x.what, x.name);
    end loop;
    for x in
        select p.oid::regprocedure as name
          from pg_proc p
         where p.pronamespace = 'public'::regnamespace and p.prosecdef and p.provolatile = 'v'
           and p.prorettype <> 'trigger'::regtype and has_function_privilege('pledged_app', p.oid, 'execute')
    loop
        execute format('grant execute on routine %s to pledged_lane', x.name);
        execute format('revoke all on routine %s from public, pledged_app', x.name);
    end loop;
end $$;
revoke all on procedure wall_build from public;
call wall_build();
