-- Whoever may read the feed may have it sent to him: subscriptions, as records, and how far each is delivered.
create table webhook (
    id uuid primary key,
    org_id bigint not null references org,
    reference text not null,
    url text not null,
    person text not null,
    person_id uuid not null,
    since bigint not null, -- changes behind this place in the log
    created_at timestamptz not null,
    disabled_at timestamptz
);
create index webhook_live on webhook (id) where disabled_at is null;
alter table webhook enable row level security;

-- Where a delivery stands decides nothing: the receiver goes by the numbers of the changes. It is not kept in the log.
create table webhook_state (
    webhook uuid primary key references webhook,
    delivered bigint not null,
    delivered_at timestamptz,
    failing_since timestamptz,
    failures int not null default 0,
    failure text,
    next_at timestamptz not null default '-infinity'
);
alter table webhook_state enable row level security;

insert into record_type (name, writers, decides, proposed) values
    ('webhook', '{bank,insurer,guarantor,district,finance,ip_office,auditor}', true, false),
    ('webhook_disable', '{bank,insurer,guarantor,district,finance,ip_office,auditor}', true, false);
