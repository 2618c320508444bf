-- Loans as columns, one row a version, and the rights pledged for them.

insert into record_type (name, writers) values ('loan', '{bank}');

create table loan (
    id uuid not null,
    version int not null,
    org_id bigint not null,
    parties text[] not null,
    borrower text not null,
    borrower_name text not null,
    district text not null,
    product text not null constraint loan_product_known check (product in
        ('single_pledge', 'pooled_credit', 'invest_loan_linkage', 'trust')),
    industry text,
    size text not null constraint loan_size_known check (size in
        ('unknown', 'micro', 'small', 'medium', 'large')),
    employees bigint constraint loan_employees_range check (employees >= 0),
    revenue_fen bigint constraint loan_revenue_range check (revenue_fen between 0 and 100000000000000),
    assets_fen bigint constraint loan_assets_range check (assets_fen between 0 and 100000000000000),
    first_loan boolean,
    amount_fen bigint not null constraint loan_amount_range
        check (amount_fen between 1 and 100000000000000),
    ip_amount_fen bigint not null constraint loan_ip_amount_range
        check (ip_amount_fen between 1 and amount_fen),
    rate_ppm int not null constraint loan_rate_range check (rate_ppm between 0 and 360000),
    signed_on date not null,
    disbursed_on date constraint loan_disbursed_order check (disbursed_on >= signed_on),
    matures_on date not null constraint loan_matures_order check (matures_on >= signed_on),
    registered_on date,
    scheme text,
    patents int not null,
    trademarks int not null,
    recorded_at timestamptz not null,
    primary key (id, version),
    constraint loan_has_ip check (patents + trademarks >= 1)
);
create index loan_by_borrower on loan (borrower, id);

create table loan_ip (
    record_id uuid not null,
    version int not null,
    number text not null,
    kind text not null constraint loan_ip_kind_known check (kind in
        ('invention', 'utility_model', 'design', 'trademark')),
    owner text,
    org_id bigint not null,
    parties text[] not null,
    district text not null,
    from_day date not null,
    until_day date not null,
    primary key (record_id, version, number)
);
create index loan_ip_by_number on loan_ip (number, org_id);

call make_append_only('loan');
call make_append_only('loan_ip');

alter table loan enable row level security;
create policy loan_read on loan for select to pledged_app using (
    (select my_kind()) in ('finance', 'ip_office', 'auditor')
    or org_id = (select my_org())
    or ((select my_kind()) = 'district' and district = (select my_district()))
    or ((select my_kind()) in ('insurer', 'guarantor') and parties @> array[(select my_code())]));
create policy loan_write on loan for insert to pledged_app with check (org_id = (select my_org()));
alter table loan_ip enable row level security;
create policy loan_ip_read on loan_ip for select to pledged_app using (
    (select my_kind()) in ('finance', 'ip_office', 'auditor')
    or org_id = (select my_org())
    or ((select my_kind()) = 'district' and district = (select my_district()))
    or ((select my_kind()) in ('insurer', 'guarantor') and parties @> array[(select my_code())]));
create policy loan_ip_write on loan_ip for insert to pledged_app with check (org_id = (select my_org()));

-- Which of these rights lie in a live pledge of another organisation that overlaps the given term?
-- Runs as the owner, because the answer crosses tenants; it tells which right and nothing else.
-- PL/pgSQL keeps the plan between calls; offset 0 keeps the look-ups by index in it. Two ranges of org_id, so that a right which one bank pledged
-- ten thousand times costs no more than another.
create function pledged_elsewhere(org bigint, rights json)
    returns table (record_id uuid, version int, pointer text)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return query
    select w.record_id, w.version, w.pointer
      from json_to_recordset(rights) as w(
           record_id uuid, version int, pointer text, number text, from_day date, until_day date)
     where exists (
           select from loan_ip other
            where other.number = w.number
              and other.org_id < org
              and other.from_day <= w.until_day
              and other.until_day >= w.from_day
              and not exists (select from loan later
                               where later.id = other.record_id and later.version = other.version + 1
                               offset 0)
            offset 0)
        or exists (
           select from loan_ip other
            where other.number = w.number
              and other.org_id > org
              and other.from_day <= w.until_day
              and other.until_day >= w.from_day
              and not exists (select from loan later
                               where later.id = other.record_id and later.version = other.version + 1
                               offset 0)
            offset 0);
end $$;
revoke all on function pledged_elsewhere from public;
grant execute on function pledged_elsewhere to pledged_app;
grant select, insert on loan, loan_ip to pledged_app;
