-- A loan is an account by day: drawn, repaid, owed, in arrears, accrued, and who paid. What there was keeps its
-- meaning.

alter table loan
    add column day_count text not null default 'actual/360'
        constraint loan_day_count_known check (day_count in ('actual/360', 'actual/365', '30/360')),
    add column revolving boolean not null default false,
    add column registered_fen bigint
        constraint loan_registered_range check (registered_fen between 1 and 100000000000000);

alter table loan_event
    drop constraint loan_event_kind_known,
    drop constraint loan_event_principal_range,
    add constraint loan_event_kind_known check (kind in
        ('disbursed', 'repaid', 'overdue', 'repriced', 'extended', 'classified', 'written_off', 'recovered', 'settled',
         'pledge_released', 'transferred', 'voided', 'reversed')),
    add constraint loan_event_principal_range check (principal_fen between 0 and 100000000000000),
    add column rate_ppm int constraint loan_event_rate_range check (rate_ppm between 0 and 360000),
    add column payer text constraint loan_event_payer_known
        check (payer in ('borrower', 'guarantor', 'insurer', 'third_party')),
    add column for_from date,
    add column for_to date constraint loan_event_for_order check (for_to > for_from),
    add column reason text constraint loan_event_reason_length check (length(reason) between 1 and 500);

-- Arrears are amounts: whether a repayment cures follows from them, and there may be as many as there are instalments.
alter table loan_transition disable trigger append_only;
delete from loan_transition where event = 'cured';
alter table loan_transition enable trigger append_only;
insert into loan_transition (state, event, next) values
    ('signed', 'repriced', 'signed'),
    ('signed', 'voided', 'voided'),
    ('active', 'repriced', 'active'),
    ('active', 'transferred', 'transferred'),
    ('active', 'voided', 'voided'),
    ('overdue', 'overdue', 'overdue'),
    ('overdue', 'repriced', 'overdue'),
    ('overdue', 'transferred', 'transferred'),
    ('overdue', 'voided', 'voided'),
    ('written_off', 'transferred', 'transferred'),
    ('written_off', 'voided', 'voided'),
    ('settled', 'voided', 'voided'),
    ('transferred', 'pledge_released', 'transferred'),
    ('transferred', 'voided', 'voided');

alter type loan_life
    add attribute arrears_interest_fen bigint, -- overdue_fen is of principal
    add attribute drawn_fen bigint,            -- over all draws
    add attribute accrued numeric,             -- interest since the first draw × loan_day_base, exact
    add attribute payments bigint,             -- of interest: each was rounded once
    add attribute dues bigint;                 -- of interest, told as overdue: likewise

-- A stretch of days, from the first to before the last, with one balance at one rate.
create type loan_stretch as (
    from_day date,
    until_day date,
    balance_fen bigint,
    rate_ppm int,
    days int,
    accrued numeric -- balance_fen × rate_ppm × days
);

-- Loans that were voided, by the instants between which that was known.
create table loan_void (
    event_id uuid primary key,
    loan_id uuid not null,
    from_at timestamptz not null,
    until_at timestamptz not null default 'infinity'
);
create index loan_void_by_loan on loan_void (loan_id);
grant select on loan_void to pledged_app;

-- loan_fold takes a fifth argument: whether to judge.
drop function loan_fold(loan, date, timestamptz, loan_event);

-- A void loan is none of them.
create or replace view loan_latest as
    select l.*
      from loan l
     where not exists (select from loan n where n.id = l.id and n.version = l.version + 1)
       and not exists (select from loan_void v where v.loan_id = l.id and v.until_at = 'infinity');
create or replace view loan_classed as
    select l.borrower, quarter_start(l.signed_on) as quarter,
           loan_class(l.org_id, l.district, l.patents, l.trademarks, k.kind, l.product, l.size, l.industry,
                      l.amount_fen, l.first_loan) as class,
           l.amount_fen, l.ip_amount_fen
      from loan l
      left join (select p.record_id, p.version,
                        case when min(p.kind) = max(p.kind) then min(p.kind) else 'several' end as kind
                   from loan_ip p
                  group by 1, 2) k on k.record_id = l.id and k.version = l.version
     where not exists (select from loan later
                        where later.id = l.id and later.version = l.version + 1 and later.version > 1)
       and not exists (select from loan_void v where v.loan_id = l.id and v.until_at = 'infinity');

-- Events follow their loan: who may read them besides their bank follows from what the loan says now, not from what
-- it said when they were told (record_read_loan_event and loan_event_read in functions/loan.sql).
alter policy record_read on submission using (
    (select my_kind()) in ('finance', 'ip_office', 'auditor')
    or org_id = (select my_org())
    or type in ('scheme', 'lpr')
    or ((select my_kind()) = 'district' and district = (select my_district()) and type <> 'loan_event')
    or ((select my_kind()) in ('insurer', 'guarantor') and parties @> array[(select my_code())]
        and type <> 'loan_event')
    or (type in ('insurance_policy', 'insurance_claim') and parties @> array[(select my_code())])
    or (type = 'policy' and (select my_kind()) in ('bank', 'district')
        and exists (select from policy p where p.id = submission.id)));

-- What happens on dated days is judged in the order of the days, whatever the order of the lines; what is refused is
-- tried once more after the others, so that a file sorted by loan, or not at all, works.
alter table record_type add column by_day boolean not null default false;
update record_type set by_day = true where name = 'loan_event';
