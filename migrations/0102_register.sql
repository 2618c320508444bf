-- What the plan sets up and holds: matching events, operation centres, portfolios, alliances, clusters, service
-- agencies and what they did, trainings. A thing with a day and a place each: one table.

insert into record_type (name, writers, judged, told) values
    ('matching_event', '{ip_office,district}', true, true),
    ('operation_centre', '{ip_office,district}', true, false),
    ('portfolio', '{ip_office,district}', true, true),
    ('alliance', '{ip_office,district}', true, false),
    ('cluster', '{ip_office,district}', true, false),
    ('service_agency', '{ip_office,district}', true, true),
    ('agency_service', '{ip_office,district}', true, false),
    ('training', '{ip_office,district}', true, false);

create table register_entry (
    id uuid not null,
    version int not null,
    org_id bigint not null,
    type text not null,
    reference text not null,
    kind text,             -- as the type has kinds
    title text not null,
    district text not null,
    on_day date not null,
    closed_on date,
    firm text,             -- that it is about
    firms text[] not null, -- that took part, or are members
    attended bigint,
    parts int not null,    -- windows, specialists, intents, members
    rights text[] not null,
    parent uuid,           -- of a service its agency
    voided boolean not null,
    recorded_at timestamptz not null,
    primary key (id, version)
);
create index register_entry_by_day on register_entry (type, on_day);
create index register_entry_by_reference on register_entry (reference);
create index register_entry_by_parent on register_entry (parent) where parent is not null;
create index register_entry_by_firms on register_entry using gin (firms);
call make_append_only('register_entry');

-- Registers are public. Who came to an event with what in mind, and whom an agency served, is not.
alter table register_entry enable row level security;
create policy register_entry_read on register_entry for select to pledged_app using (
    (select my_kind()) in ('finance', 'ip_office', 'auditor') or org_id = (select my_org())
    or ((select my_kind()) = 'district' and district = (select my_district()))
    or (type not in ('matching_event', 'agency_service') and (select my_kind()) <> ''));
create policy register_entry_write on register_entry for insert to pledged_app with check (org_id = (select my_org()));
grant select, insert on register_entry to pledged_app;
create policy record_read_register on submission for select to pledged_app using (
    type in ('operation_centre', 'portfolio', 'alliance', 'cluster', 'service_agency', 'training')
    and (select my_kind()) <> '');
