-- Seals of quarterly reports: what was published stays as it was, byte for byte.
--
-- A seal is a record (its leaf is in the signed log) whose body holds a manifest in plain lines and the
-- signatures over it (include/manifest.h). Its columns are read out of the manifest, so that no other text says
-- the same. The sealed files and figures are stored in the same transaction; at its commit they must be those
-- that the manifest names. Seals follow each other without a gap, each naming the one before.

insert into record_type (name, writers, judged, told) values ('report_seal', '{finance}', true, false);

create function quarter_text(d date) returns text language sql immutable parallel safe as
    $$ select to_char(d, 'YYYY"Q"Q') $$;
create function quarter_first(q text) returns date language sql immutable parallel safe as
    $$ select make_date(left(q, 4)::int, right(q, 1)::int * 3 - 2, 1) $$;

-- The value of one line of a manifest.
create function manifest_line(manifest text, name text) returns text language sql immutable parallel safe as
    $$ select substring(manifest from '(?n)^' || name || ' (.*)$') $$;
create function text_sha256(t text) returns bytea language sql immutable parallel safe as
    $$ select sha256(convert_to(t, 'UTF8')) $$;

create table report_seal (
    id uuid primary key,
    quarter text not null constraint report_seal_once unique
        constraint report_seal_quarter_form check (quarter ~ '^[0-9]{4}Q[1-4]$'),
    first_day date not null,
    as_of date not null,
    basis text not null constraint report_seal_basis_known
        check (basis in ('registered_on', 'signed_on', 'disbursed_on')),
    known_at timestamptz not null,
    sealed_at timestamptz not null constraint report_seal_sealed_order check (sealed_at >= known_at),
    sealed_by text not null,
    previous text not null constraint report_seal_previous_once unique, -- SHA-256 of the manifest before, or none
    manifest text not null,
    signatures json not null,
    reason text,
    recorded_at timestamptz not null
);
create table report_form (
    quarter text not null,
    format text not null,
    language text not null,
    bytes bytea not null,
    primary key (quarter, format, language)
);
-- The figures of the sealed report, by their place in the facts they are sums of; row_key '' is the total.
create table report_figure (
    quarter text not null,
    section text not null,
    row_key text not null,
    v bigint[] not null,
    primary key (quarter, section, row_key)
);
call make_append_only('report_seal');
call make_append_only('report_form');
call make_append_only('report_figure');

-- That and when a quarter was sealed is no secret. The files are for those who see the whole city; a bank and a
-- district see their own row among the figures.
alter table report_form enable row level security;
create policy report_form_read on report_form for select to pledged_app using (
    (select my_kind()) in ('finance', 'ip_office', 'auditor'));
create policy report_form_write on report_form for insert to pledged_app with check ((select my_kind()) = 'finance');
alter table report_figure enable row level security;
create policy report_figure_read on report_figure for select to pledged_app using (
    (select my_kind()) in ('finance', 'ip_office', 'auditor')
    or (section = 'by_bank' and row_key = (select my_code()))
    or (section = 'by_district' and (select my_kind()) = 'district' and row_key = (select my_district())));
create policy report_figure_write on report_figure for insert to pledged_app with check ((select my_kind()) = 'finance');
alter table report_seal enable row level security;
create policy report_seal_read on report_seal for select to pledged_app using (true);
create policy report_seal_write on report_seal for insert to pledged_app with check ((select my_kind()) = 'finance');
grant select, insert on report_seal, report_form, report_figure to pledged_app;

-- The text whose SHA-256 stands in the manifest's line `cells`.
create function report_figures_text(q text) returns text language sql stable as $$
    select coalesce(string_agg(f.section || '|' || f.row_key || '|' || array_to_string(f.v, ',', '-') || E'\n', ''
                               order by f.section collate "C", f.row_key collate "C"), '')
      from report_figure f where f.quarter = q
$$;

-- What is in the way of sealing a quarter: the seal it has; else the quarters before it that are open, from the
-- last sealed one on, or from the first of the plan that has loans. As known at an instant.
create function report_seal_refusal(q text, basis text, known_at timestamptz) returns json[]
    language plpgsql stable as $$
declare
    s report_seal;
    from_day date;
    open text;
begin
    select x.* into s from report_seal x where x.quarter = q;
    if found then
        return array[problem('E_SEALED', '', format('%s %s %s', s.quarter, instant_text(s.sealed_at), s.id))];
    end if;
    if quarter_first(q) + interval '3 months' > today() then
        return array[problem('E_SEAL_EARLY', '', ((quarter_first(q) + interval '3 months')::date)::text)];
    end if;
    select x.* into s from report_seal x order by x.quarter desc limit 1;
    if found then
        from_day := (quarter_first(s.quarter) + interval '3 months')::date;
        if quarter_first(q) < from_day then
            return array[problem('E_SEAL_ORDER', '', s.quarter)];
        end if;
    else
        select min(case report_seal_refusal.basis when 'signed_on' then l.signed_on
                                                  when 'registered_on' then l.registered_on
                                                  else l.disbursed_on end) into from_day
          from loan l
         where (report_seal_refusal.known_at is null or l.recorded_at <= report_seal_refusal.known_at)
           and not has_later(l.id, l.version, report_seal_refusal.known_at)
           and case report_seal_refusal.basis when 'signed_on' then l.signed_on
                                              when 'registered_on' then l.registered_on
                                              else l.disbursed_on end
               >= (select make_date(min(p.first_year), 1, 1) from plan p);
    end if;
    select string_agg(quarter_text(d::date), ', ' order by d) into open
      from generate_series(date_trunc('quarter', from_day::timestamp), quarter_first(q) - 1, interval '3 months') d;
    return case when open is null then '{}' else array[problem('E_SEAL_OPEN', '', open)] end;
end $$;

-- The last word, in the write lane: the chain goes on from the seal it was made behind. What the first seal of all
-- leaves open was judged by its maker, who reads the loans once more than the lane should.
create function report_seal_problems(id uuid, doc json) returns json[] language plpgsql stable as $$
declare
    q text := doc ->> 'quarter';
    previous text := manifest_line(doc ->> 'manifest', 'previous');
    last report_seal;
    p json[] := '{}';
begin
    select x.* into last from report_seal x order by x.quarter desc limit 1;
    if found then
        p := report_seal_refusal(q, manifest_line(doc ->> 'manifest', 'basis'), null);
    end if;
    if cardinality(p) = 0 and previous <> coalesce(encode(text_sha256(last.manifest), 'hex'), 'none') then
        p := array[problem('E_FACTS_MOVED', '', last.quarter)];
    end if;
    return p;
end $$;

create function report_seal_row() returns trigger language plpgsql as $$
declare
    m text := new.body ->> 'manifest';
begin
    insert into report_seal (quarter, id, first_day, as_of, basis, known_at, sealed_at, sealed_by, previous, manifest,
           signatures, reason, recorded_at)
    values (manifest_line(m, 'quarter'), new.id, quarter_first(manifest_line(m, 'quarter')),
           manifest_line(m, 'as_of')::date, manifest_line(m, 'basis'), manifest_line(m, 'known_at')::timestamptz,
           manifest_line(m, 'sealed_at')::timestamptz, new.recorded_by, manifest_line(m, 'previous'), m,
           new.body -> 'signatures', new.body ->> 'reason', new.recorded_at);
    return new;
end $$;
create trigger report_seal_row before insert on record for each row
    when (new.type = 'report_seal') execute function report_seal_row();

-- A seal without its files, or with others, does not come to be.
create function report_seal_whole() returns trigger language plpgsql as $$
begin
    if report_seal_gaps(new) is not null then
        raise exception 'seal of % does not fit what is stored with it: %', new.quarter, report_seal_gaps(new)
            using errcode = '23514', constraint = 'report_seal_whole';
    end if;
    return null;
end $$;
create function report_seal_gaps(s report_seal) returns text language sql stable as $$
    with named as (
        select x[1] as format, x[2] as language, x[3]::bigint as bytes, x[4] as sha256
          from regexp_matches(s.manifest, '(?n)^form (\S+) (\S+) ([0-9]+) ([0-9a-f]{64}) \S+$', 'g') x
    ),
    kept as (
        select f.format, f.language, length(f.bytes)::bigint as bytes, encode(sha256(f.bytes), 'hex') as sha256
          from report_form f where f.quarter = s.quarter
    )
    select string_agg(g, ', ')
      from (select coalesce(n.format, k.format) || ' ' || coalesce(n.language, k.language) as g
              from named n
              full join kept k using (format, language)
             where (n.bytes, n.sha256) is distinct from (k.bytes, k.sha256)
             union all
            select 'figures'
             where manifest_line(s.manifest, 'cells') is distinct from
                   (select count(*) || ' ' || encode(text_sha256(report_figures_text(s.quarter)), 'hex')
                      from report_figure f where f.quarter = s.quarter)
             union all
            select 'author' where manifest_line(s.manifest, 'sealed_by') is distinct from s.sealed_by
             union all
            select 'quarter' where s.first_day is distinct from quarter_first(s.quarter)) x
$$;
create constraint trigger report_seal_whole after insert on report_seal
    deferrable initially deferred for each row execute function report_seal_whole();

-- One element: as for record_decide, and in `derived` the files (base64) and the figures.
create function report_seal_write(elements json)
    returns table (ord bigint, outcome text, id uuid, version int, body text, sha256 text,
                   recorded_at text, recorded_by text, flags text, leaf bigint, leaf_hash text, head bigint)
    language plpgsql as $$
#variable_conflict use_column
declare
    d record;
    e json;
begin
    for d in select * from record_decide('report_seal', elements, false) loop
        if d.outcome = 'created' then
            e := elements -> (d.ord - 1)::int;
            insert into report_form (quarter, format, language, bytes)
            select e ->> 'key', f.format, f.language, decode(f.base64, 'base64')
              from json_to_recordset(e #> '{derived,forms}') as f(format text, language text, base64 text);
            insert into report_figure (quarter, section, row_key, v)
            select e ->> 'key', f.section, f.row_key, array(select x::bigint from json_array_elements_text(f.v)
                   with ordinality as t(x, place) order by t.place)
              from json_to_recordset(e #> '{derived,figures}') as f(section text, row_key text, v json);
        end if;
        ord := d.ord;
        outcome := d.outcome;
        id := d.id;
        version := d.version;
        body := d.body;
        sha256 := d.sha256;
        recorded_at := d.recorded_at;
        recorded_by := d.recorded_by;
        flags := d.flags;
        leaf := d.leaf;
        leaf_hash := d.leaf_hash;
        head := d.head;
        return next;
    end loop;
end $$;

-- Record time only goes forward, whatever the machine's clock does: what was known at an instant does not change
-- afterwards. A clock that was set back makes writers wait (503) until it has caught up.
create function log_head_later() returns trigger language plpgsql as $$
begin
    if new.signed_at <= (select h.signed_at from log_head h order by h.size desc limit 1) then
        raise exception 'the clock went back: %', instant_text(new.signed_at) using errcode = '55000';
    end if;
    return new;
end $$;
create trigger log_head_later before insert on log_head for each row execute function log_head_later();
