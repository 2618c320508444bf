-- Standing (measure 24 of the plan): units ranked by what their patents brought, by weights that two persons agreed on;
-- which of them were named as examples.

insert into record_type (name, writers, judged, told, stated) values
    ('ranking_weight', '{ip_office}', true, true, true),
    ('benchmark', '{ip_office}', true, true, true);

create table ranking_weight (
    id uuid not null,
    version int not null,
    org_id bigint not null,
    effective_from date not null,
    deals_ppm int not null,
    product_revenue_ppm int not null,
    jobs_ppm int not null,
    loans_ppm int not null,
    recorded_at timestamptz not null,
    primary key (id, version),
    constraint ranking_weight_whole
        check (deals_ppm::bigint + product_revenue_ppm + jobs_ppm + loans_ppm = 1000000)
);
call make_append_only('ranking_weight');
alter table ranking_weight enable row level security;
create policy ranking_weight_read on ranking_weight for select to pledged_app using ((select my_kind()) <> '');
create policy ranking_weight_write on ranking_weight for insert to pledged_app with check (org_id = (select my_org()));
grant select, insert on ranking_weight to pledged_app;
create policy record_read_ranking on submission for select to pledged_app
    using (type in ('ranking_weight', 'benchmark') and (select my_kind()) <> '');
