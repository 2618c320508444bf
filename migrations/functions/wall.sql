-- The database's own walls: who is believed, and what the two serving roles may do. What is run here is run again with
-- the functions, after all others.

-- What a connection that serves knows, and nobody else.
create or replace function wall_secret() returns text
    language sql stable security definer set search_path = public, pg_temp as
    $$ select encode(sha256(i.secret || convert_to('connection', 'UTF8')), 'hex') from installation i $$;

-- By which a role that serves a database of somebody else's logs in.
create or replace function wall_password(role_name text) returns text
    language sql stable security definer set search_path = public, pg_temp as
    $$ select encode(sha256(i.secret || convert_to('role ' || role_name, 'UTF8')), 'hex') from installation i $$;

-- Lets a role log in by a password, of which only the digest is told.
create or replace procedure wall_let_in(role_name text, sealed text) language plpgsql as $$
begin
    execute format('alter role %I password %L', role_name, sealed);
end $$;

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

-- May this connection ask for what functions find that run as the owner? It knows the secret, or may read it anyway.
create or replace function wall_known() returns boolean language sql stable parallel safe as
    $$ select wall_passed() or has_table_privilege(session_user, 'installation'::regclass, 'select') $$;

-- What a connection is told that does not.
create or replace function wall_refuse() returns void language plpgsql stable as $$
begin -- immutable, as it looks, would let the planner call it
    -- @plpgsql_check_options: performance_warnings = off
    raise exception 'this connection does not know the secret of the installation' using errcode = '42501';
end $$;

-- Types of which whoever asks sees every record.
create or replace function record_types_open() returns text[] language plpgsql stable as $$
begin
    return (select array_agg(t.name) from record_type t
             where my_kind() = any (t.open_to) or my_kind() in ('finance', 'ip_office', 'auditor'));
end $$;

-- Types of which whoever asks sees the records he is a party of.
create or replace function record_types_shared() returns text[] language plpgsql stable as $$
begin
    return (select array_agg(t.name) from record_type t where my_kind() = any (t.party_sees));
end $$;

-- Types of which whoever asks sees the records of his district.
create or replace function record_types_near() returns text[] language plpgsql stable as $$
begin
    return (select array_agg(t.name) from record_type t where my_kind() = 'district' and t.district_sees);
end $$;

-- Who sees a record: by columns of its type, which stand in record_type; two types say more than columns can.
drop policy if exists record_read on submission;
create policy record_read on submission for select to pledged_app using (
    org_id = (select my_org())
    or type = any ((select record_types_open())::text[])
    or district = (select my_district()) and type = any ((select record_types_near())::text[])
    or parties && (select my_names()) and type = any ((select record_types_shared())::text[])
    -- a policy once it is approved, and what was told of a loan with the loan, wherever a correction moved it
    or type = 'policy' and (select my_kind()) in ('bank', 'district')
       and exists (select from policy p where p.id = submission.id)
    or type = 'loan_event' and (select my_kind()) in ('district', 'insurer', 'guarantor') and loan_event_seen(id));
drop policy if exists record_write on submission;
create policy record_write on submission for insert to pledged_app with check (
    org_id = (select my_org())
    and (select my_kind()) = any ((select t.writers from record_type t where t.name = submission.type)::text[]));

-- What runs as the owner and is called by the serving roles themselves; all else is called by other functions alone.
-- What a type of record has by its row (record.sql) need not be named.
create or replace function wall_door(name text) returns text language sql stable as $$
    select case
        when wall_door.name in (
        'account_available_fen', 'account_balance_fen', 'account_expired_fen', 'account_named',
        'account_version_known', 'account_would_overdraw', 'application_life_members', 'application_names',
        'application_no', 'application_state_on', 'application_waits', 'approval_tiers', 'budget_closing',
        'budget_room', 'budget_statement', 'catalogue_matches', 'catalogue_need_standing', 'catalogue_offer_standing',
        'change_moved', 'claim_due_on', 'claim_fund_fen', 'claim_life_members', 'claim_state', 'claims_due_to_lapse',
        'claims_open_on', 'claims_paid_on', 'clock_unrecorded', 'commit_waits', 'confirmation_matters',
        'confirmation_members',
        'confirmation_stands', 'coverage_of_loan', 'coverage_on', 'coverage_room_left', 'coverage_shown',
        'coverage_state_on', 'coverage_waiting', 'credit_own_doubles', 'credit_questioned', 'directory_history',
        'directory_organisations', 'directory_persons', 'directory_token_history', 'directory_tokens',
        'enterprise_size', 'flag_records_count',
        'flag_scan_find', 'flag_seen', 'flag_standing', 'hold_until', 'insurance_loan_cover', 'ip_deal_beside',
        'ip_deal_receipt_taken',
        'loan_bears', 'loan_cases', 'loan_event_seen', 'loan_event_sums', 'loan_fold', 'loan_interest',
        'loan_paid_upon', 'loan_seen', 'loan_state', 'loans_in_order', 'loans_in_state', 'loans_moved',
        'log_flight_rows', 'log_flight_text',
        'log_flights_pending', 'log_restores', 'operator_figures', 'person_is_me', 'person_serves', 'plan_assents',
        'plan_benefits', 'plan_districts', 'plan_goal_figures', 'plan_needs', 'plan_quarters', 'plan_state_of',
        'plan_undated', 'pledge_is_against', 'pledge_live', 'policy_refusal', 'product_filing_beside',
        'proposal_brief', 'proposal_is', 'proposal_told', 'proposals_seen', 'published_plan_day',
        'record_disowned', 'record_first_recorded', 'record_has_later', 'record_seen', 'record_state',
        'ranking_suspended', 'service_dates',
        'register_beside', 'register_named_at', 'report_seal_agreed', 'scheme_statement', 'state_of_confirmed',
        'rollup_heads', 'rollup_known_loans', 'rollup_less', 'rollup_received_since',
        'subsidy_case_guard', 'subsidy_firm_usage', 'subsidy_firms_used', 'subsidy_insurance_facts',
        'subsidy_insurance_guard', 'subsidy_insurance_usage', 'subsidy_loan_items', 'subsidy_loan_more',
        'subsidy_loan_usage', 'task_counts', 'tasks_open', 'webhook_due', 'webhook_list')
            or exists (select from record_type t where wall_door.name = any (array[
                   case when t.judged then t.name || '_problems' end,
                   case when t.corrected then t.name || '_correction' end,
                   case when t.told then t.name || '_members' end,
                   case when t.answered then t.name || '_decided' end,
                   case when t.marked then t.name || '_mark' end]))
            then 'pledged_app'
        when wall_door.name in (
        'console_session_close', 'console_session_open', 'console_session_use',
        'access_seal', 'access_store', 'account_open', 'coverage_booked', 'coverage_follow', 'flags_raised',
        'flags_submitted', 'flag_scan_store', 'nonce_take', 'proposal_open', 'report_form_draft',
        'report_forms_seal', 'rollup_days_keep', 'transfer_post', 'webhook_note')
            or exists (select from record_type t where t.decides and wall_door.name = t.name || '_decide'
                          or t.followed and wall_door.name = t.name || '_followed')
            then 'pledged_lane'
    end
$$;

-- Sets a guard before what a function does: as the owner it works for connections that are known alone.
create or replace procedure wall_guard(f regprocedure) language plpgsql as $$
-- @plpgsql_check_options: security_warnings = off
declare
    guard constant text := 'begin if not wall_known() then perform wall_refuse(); end if;';
    p pg_proc;
    body text;
begin
    select x.* into p from pg_proc x where x.oid = f;
    if p.prosrc ~ 'wall_known' then
        return;
    elsif (select l.lanname from pg_language l where l.oid = p.prolang) = 'plpgsql' then
        body := regexp_replace(p.prosrc, '(^\s*|\n)begin\M', '\1' || guard); -- the first: that of the outer block
    elsif p.provolatile <> 'v' then
        body := format(E'select * from (%s\n) found where wall_known()', p.prosrc);
    end if;
    if body is null or body = p.prosrc then
        raise exception '% cannot be guarded', f;
    end if;
    execute replace(pg_get_functiondef(f), p.prosrc, body);
end $$;

-- pledged_app reads; what it was given beside that of tables goes to pledged_lane. Of functions nobody may call what is
-- not given here, so that a new one is not forgotten: what runs with the rights of its caller is for both, what runs as
-- the owner by wall_door(), guarded.
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
    revoke all on all routines in schema public from public, pledged_app, pledged_lane;
    for x in
        select p.oid::regprocedure as name, p.prosecdef as guarded,
               case when p.prosecdef then wall_door(p.proname) else 'pledged_app' end as role
          from pg_proc p
         where p.pronamespace = 'public'::regnamespace and p.prokind <> 'p' and p.prorettype <> 'trigger'::regtype
    loop
        if x.role is not null then
            execute format('grant execute on routine %s to %I', x.name, x.role);
        end if;
        if x.role is not null and x.guarded then
            call wall_guard(x.name);
        end if;
    end loop;
end $$;
call wall_build();
