-- Patents that change hands, products filed as made by them, and the second look that makes each of these count: goals
-- T4 to T6 are computed from them.

insert into record_type (name, writers, judged, told, stated) values
    ('ip_deal', '{ip_office,district}', true, true, true),
    ('ip_deal_payment', '{ip_office,district}', true, true, true),
    ('product_filing', '{ip_office,district}', true, true, true),
    ('confirmation', '{finance,ip_office,district}', true, false, false);

create table ip_deal (
    id uuid not null,
    version int not null,
    org_id bigint not null,
    reference text not null,
    kind text not null constraint ip_deal_kind_known check (kind in ('transfer', 'licence', 'contribution')),
    licence text constraint ip_deal_licence_known check (licence in ('exclusive', 'sole', 'ordinary', 'open')),
    signed_on date not null,
    ends_on date constraint ip_deal_ends_order check (ends_on >= signed_on),
    provider_name text not null,
    provider_kind text not null,
    provider text,
    provider_controller text,
    acquirer_name text not null,
    acquirer_kind text not null,
    acquirer text,
    acquirer_controller text,
    acquirer_size text not null,
    district text not null,
    value_fen bigint not null constraint ip_deal_contract_range check (value_fen between 0 and 100000000000000),
    registration_no text,
    rights text[] not null,
    voided boolean not null,
    recorded_at timestamptz not null,
    primary key (id, version),
    constraint ip_deal_licence_needed check ((kind = 'licence') = (licence is not null))
);
create index ip_deal_by_day on ip_deal (signed_on);
create index ip_deal_by_acquirer on ip_deal (acquirer);
create index ip_deal_by_provider on ip_deal (provider);
create index ip_deal_by_right on ip_deal using gin (rights);
create index ip_deal_by_reference on ip_deal (reference);
call make_append_only('ip_deal');

create table ip_deal_payment (
    id uuid not null,
    version int not null,
    org_id bigint not null,
    deal uuid not null,
    district text not null, -- of the deal
    on_day date not null,
    amount_fen bigint not null constraint ip_deal_payment_amount_range
        check (amount_fen between 1 and 100000000000000),
    receipt_form text not null, -- the receipt's number, as text_form() tells numbers apart
    voided boolean not null,
    recorded_at timestamptz not null,
    primary key (id, version)
);
create index ip_deal_payment_by_deal on ip_deal_payment (deal);
create index ip_deal_payment_by_receipt on ip_deal_payment (receipt_form);
create index ip_deal_payment_by_day on ip_deal_payment (on_day);
call make_append_only('ip_deal_payment');

create table product_filing (
    id uuid not null,
    version int not null,
    org_id bigint not null,
    reference text not null,
    uscc text not null,
    name text not null,
    district text not null,
    size text not null,
    product text not null,
    filing_form text not null,
    filed_on date not null,
    used_on date,
    rights text[] not null,
    voided boolean not null,
    recorded_at timestamptz not null,
    primary key (id, version)
);
create index product_filing_by_firm on product_filing (uscc);
create index product_filing_by_no on product_filing (filing_form);
create index product_filing_by_right on product_filing using gin (rights);
call make_append_only('product_filing');

-- Which version of a record another organisation has looked at.
create table confirmation (
    id uuid primary key,
    record_id uuid not null,
    record_version int not null,
    org_id bigint not null,
    recorded_at timestamptz not null,
    recorded_by text not null
);
create index confirmation_by_record on confirmation (record_id, record_version);
call make_append_only('confirmation');

-- Offices see all, a district those of its district and what it told itself.
alter table ip_deal enable row level security;
create policy ip_deal_read on ip_deal for select to pledged_app using (
    (select my_kind()) in ('finance', 'ip_office', 'auditor') or org_id = (select my_org())
    or ((select my_kind()) = 'district' and district = (select my_district())));
create policy ip_deal_write on ip_deal for insert to pledged_app with check (org_id = (select my_org()));
alter table ip_deal_payment enable row level security;
create policy ip_deal_payment_read on ip_deal_payment for select to pledged_app using (
    (select my_kind()) in ('finance', 'ip_office', 'auditor') or org_id = (select my_org())
    or ((select my_kind()) = 'district' and district = (select my_district())));
create policy ip_deal_payment_write on ip_deal_payment for insert to pledged_app
    with check (org_id = (select my_org()));
alter table product_filing enable row level security;
create policy product_filing_read on product_filing for select to pledged_app using (
    (select my_kind()) in ('finance', 'ip_office', 'auditor') or org_id = (select my_org())
    or ((select my_kind()) = 'district' and district = (select my_district())));
create policy product_filing_write on product_filing for insert to pledged_app with check (org_id = (select my_org()));
alter table confirmation enable row level security;
create policy confirmation_read on confirmation for select to pledged_app using (
    (select my_kind()) in ('finance', 'ip_office', 'auditor', 'district'));
create policy confirmation_write on confirmation for insert to pledged_app with check (org_id = (select my_org()));
grant select, insert on ip_deal, ip_deal_payment, product_filing, confirmation to pledged_app;
