-- Organisations, tokens, the record envelope, the tamper-evident log, red flags, and who may see what.
--
-- record is the one table that every record type shares: key, version, canonical text, who and when.
-- Typed tables (0002 and later) hold the same facts as columns for constraints and reports. Everything
-- is append-only: a correction is a further version.

do $$
begin
    if not exists (select from pg_roles where rolname = 'pledged_app') then
        create role pledged_app login nosuperuser nocreatedb nocreaterole nobypassrls;
    end if;
end $$;
-- A managed server lets the owner serve by `set role`; the private cluster logs in as pledged_app.
do $$
begin
    if not pg_has_role(current_user, 'pledged_app', 'member') then
        execute format('grant pledged_app to %I', current_user);
    end if;
end $$;

create table org (
    id bigint generated always as identity primary key,
    code text not null constraint org_code_unique unique
        constraint org_code_form check (code ~ '^[[:graph:]]{1,40}$'),
    kind text not null constraint org_kind_known check (kind in
        ('bank', 'insurer', 'guarantor', 'district', 'finance', 'ip_office', 'auditor')),
    name text not null constraint org_name_length check (length(name) between 1 and 100),
    district text constraint org_district_form check (district ~ '^[0-9]{6}$'),
    created_at timestamptz not null default now(),
    constraint org_district_needed check ((kind = 'district') = (district is not null))
);

create table token (
    sha256 bytea primary key constraint token_sha256_length check (length(sha256) = 32),
    org_id bigint not null references org,
    is_certificate boolean not null default false, -- sha256 is of a client certificate (DER)
    person text not null constraint token_person_form check (person ~ '^[^[:cntrl:]]{1,60}$'),
    created_at timestamptz not null default now(),
    expires_at timestamptz,
    revoked_at timestamptz
);

-- Who acts: set by the identity statement at the head of every transaction. Unset means nobody.
create function my_org() returns bigint language sql stable parallel safe as
    $$ select nullif(current_setting('pledged.org', true), '')::bigint $$;
create function my_kind() returns text language sql stable parallel safe as
    $$ select coalesce(current_setting('pledged.kind', true), '') $$;
create function my_code() returns text language sql stable parallel safe as
    $$ select coalesce(current_setting('pledged.code', true), '') $$;
create function my_district() returns text language sql stable parallel safe as
    $$ select coalesce(current_setting('pledged.district', true), '') $$;
create function my_signature() returns text language sql stable parallel safe as
    $$ select coalesce(current_setting('pledged.person', true), '') || '@' || my_code() $$;

-- RFC 3339 with microseconds, Shanghai time.
create function instant_text(t timestamptz) returns text language sql stable parallel safe as
    $$ select to_char(t at time zone 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI:SS.US"+08:00"') $$;

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = '55000';
end $$;
create procedure make_append_only(tab regclass) language plpgsql as $$
begin
    execute format('create trigger append_only before update or delete on %s
        for each statement execute function refuse_change()', tab);
    execute format('create trigger append_only_truncate before truncate on %s
        for each statement execute function refuse_change()', tab);
end $$;

create table record (
    id uuid not null,
    version int not null constraint record_version_positive check (version >= 1),
    org_id bigint not null,
    type text not null,
    key text not null,
    subject text not null,
    district text not null,
    on_day date not null,
    parties text[] not null,
    body json not null,
    sha256 bytea not null constraint record_sha256_length check (length(sha256) = 32),
    reason text constraint record_reason_length check (length(reason) between 1 and 500),
    recorded_at timestamptz not null,
    recorded_by text not null,
    primary key (id, version),
    constraint record_key_unique unique (org_id, type, key, version),
    constraint record_reason_needed check ((version = 1) = (reason is null))
);
-- Not led by type: a key look-up could use that too, and a plan made on an empty table would.
create index record_by_district on record (district, id);

-- One leaf a record version, numbered from 0; one signed head a flight of the write lane.
create table log_leaf (
    no bigint primary key,
    hash bytea not null constraint log_leaf_hash_length check (length(hash) = 32),
    -- of the subtrees of 2, 4, 8 … leaves that this one completes: a proof needs log n rows
    nodes bytea not null constraint log_leaf_nodes_length check (length(nodes) % 32 = 0),
    record_id uuid not null,
    version int not null,
    head bigint not null,
    constraint log_leaf_record_unique unique (record_id, version)
);
create table log_head (
    size bigint primary key,
    root bytea not null constraint log_head_root_length check (length(root) = 32),
    frontier bytea not null,
    signature bytea not null,
    signed_at timestamptz not null
);

create table flag (
    record_id uuid not null,
    version int not null,
    code text not null,
    pointer text not null,
    org_id bigint not null,
    district text not null,
    raised_at timestamptz not null,
    primary key (record_id, version, code, pointer)
);

call make_append_only('record');
call make_append_only('log_leaf');
call make_append_only('log_head');
call make_append_only('flag');

-- Row-level security. A bank, insurer or guarantor sees its own rows and those that name it, a
-- district the rows of its district, the city's offices all. Scalar sub-selects run once a query.
alter table record enable row level security;
create policy record_read on record for select to pledged_app using (
    (select my_kind()) in ('finance', 'ip_office', 'auditor')
    or org_id = (select my_org())
    or ((select my_kind()) = 'district' and district = (select my_district()))
    or ((select my_kind()) in ('insurer', 'guarantor') and parties @> array[(select my_code())]));

create table record_type (
    name text primary key,
    writers text[] not null
);
create policy record_write on record for insert to pledged_app with check (
    org_id = (select my_org())
    and exists (select from record_type t where t.name = type and (select my_kind()) = any (t.writers)));

alter table flag enable row level security;
create policy flag_read on flag for select to pledged_app using (
    (select my_kind()) in ('finance', 'ip_office', 'auditor')
    or org_id = (select my_org())
    or ((select my_kind()) = 'district' and district = (select my_district())));
create policy flag_write on flag for insert to pledged_app with check (org_id = (select my_org()));

-- What the answer shows of red flags: codes and pointers in a fixed order, never another party.
create function flags_of(id uuid, version int) returns text language sql stable as $$
    select coalesce(json_agg(json_build_array(f.code, f.pointer) order by f.code, f.pointer)::text, '[]')
      from flag f where f.record_id = $1 and f.version = $2
$$;

-- A record version as every answer carries it, in the columns that verdicts have. Row-level security of
-- whoever asks applies.
create view record_answer with (security_invoker = true) as
    select 'replay'::text as outcome,
           r.id,
           r.version,
           r.body::text as body,
           encode(r.sha256, 'hex') as sha256,
           instant_text(r.recorded_at) as recorded_at,
           r.recorded_by,
           flags_of(r.id, r.version) as flags,
           leaf.no as leaf,
           encode(leaf.hash, 'hex') as leaf_hash,
           leaf.head,
           r.reason,
           r.type,
           r.org_id,
           r.key,
           r.recorded_at as recorded
      from record r
      left join log_leaf leaf on leaf.record_id = r.id and leaf.version = r.version;

-- Is there a later version (known by then)? Runs as the owner: whoever a correction took the record away
-- from cannot see that version, and must not be shown the earlier one as if it were current.
create function has_later(id uuid, version int, known_at timestamptz) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return exists (select from record r
                    where r.id = $1 and r.version = $2 + 1
                      and ($3 is null or r.recorded_at <= $3));
end $$;
revoke all on function has_later from public;
grant execute on function has_later to pledged_app;

-- Rolls back the flight that carries an atomic batch with a conflict in it.
create function abort_flight() returns void language plpgsql as $$
begin
    raise exception 'a line of an atomic batch conflicts' using errcode = 'PB001';
end $$;

grant select on org, token, record_type to pledged_app;
grant select on record_answer to pledged_app;
grant select, insert on record, log_leaf, log_head, flag to pledged_app;

do $$
begin
    assert (select relrowsecurity from pg_class where oid = 'record'::regclass), 'record has RLS';
    assert not (select rolbypassrls or rolsuper from pg_roles where rolname = 'pledged_app'),
        'pledged_app cannot bypass RLS';
end $$;
