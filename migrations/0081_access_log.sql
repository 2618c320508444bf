-- Who read what: one row an answer that gave records, lists, reports or exports. Rows come in batches beside the lane;
-- the lane takes the digest of each batch, which has its leaf as every row that is kept.
create table access_log (
    batch uuid not null,
    n int not null,
    at timestamptz not null,
    org_id bigint not null,
    person text not null,
    route text not null,
    what text not null, -- the address with its query, as it was asked for
    shown bigint not null, -- how many things were given
    primary key (batch, n)
);
create index access_log_by_org on access_log (org_id, batch, n);
call make_append_only('access_log');
alter table access_log enable row level security;
create policy access_log_read on access_log for select to pledged_app using ((select my_kind()) = 'auditor');
grant select on access_log to pledged_app;

create table access_batch (
    batch uuid primary key,
    n bigint not null,
    digest bytea not null,
    sealed_at timestamptz not null default now()
);
call make_append_only('access_batch');
