-- Published reports: a quarter is published once, by two persons, and what is shown of it is decided then and for good.
-- All that is ever published is made of these cells (functions/publication.sql states the rule).

insert into record_type (name, writers, decides) values ('publication', '{finance}', true);

create table publication (
    quarter text not null,
    step text not null constraint publication_step_known check (step in ('propose', 'publish')),
    id uuid not null,
    first_day date not null,
    seen text not null, -- SHA-256 of the cells: what the second person names
    reason text not null,
    by_whom text not null,
    recorded_at timestamptz not null,
    primary key (quarter, step)
);
-- 'all', '': the whole city. A cell that is hidden is never told; its sum is held to add up the rest.
create table published_cell (
    quarter text not null,
    first_day date not null,
    section text not null,
    row_key text not null,
    loans bigint not null,
    fen bigint not null,
    firms bigint not null,
    hidden boolean not null,
    primary key (quarter, section, row_key)
);
create index published_cell_by_section on published_cell (section, first_day);
call make_append_only('publication');
call make_append_only('published_cell');
grant select, insert on publication, published_cell to pledged_app;
alter table publication enable row level security;
alter table published_cell enable row level security;
create policy publication_read on publication for select to pledged_app using (true);
create policy published_cell_read on published_cell for select to pledged_app using (true);
create policy publication_write on publication for insert to pledged_app with check ((select my_kind()) = 'finance');
create policy published_cell_write on published_cell for insert to pledged_app
    with check ((select my_kind()) = 'finance');
