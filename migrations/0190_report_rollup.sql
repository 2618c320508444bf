-- How well banks report, and what contradicts itself, is kept as the other sums of the report are
-- (migrations/functions/rollup.sql). What the sums must be stands in rollup_rows.sql beside it, which fills those that
-- are emptied here.

drop view city_rollup_rows, city_firms_rows, firm_quarter_rows, loan_classed;
drop view balance_rollup_rows, firm_balance_rows, balance_firms_rows, balance_changes, loan_balance_rows;

-- A loan that came late is told apart from one in time.
alter type loan_class_words add attribute lateness text;
drop function if exists report_due(date);
drop function if exists loan_class(bigint, text, int, int, text, text, text, text, bigint, boolean);
truncate city_rollup, firm_quarter, city_firms;

-- The list of quarters reads it, each office its own: of nothing but how many loans there are.
drop function if exists rollup_loan_rows();
truncate loan_rollup;
alter table loan_rollup
    drop column kind, drop column right_kind, drop column product, drop column size, drop column amount_fen,
    drop column ip_amount_fen, drop column small_loans, drop column small_fen, drop column first_loans,
    drop column first_fen,
    add constraint loan_rollup_key primary key (org_id, district, quarter);
alter type loan_version drop attribute ip_amount_fen;

-- Nobody asks for balances by district: the city's offices read them by bank. From the eleventh on a number is of its
-- quarter alone (rollup_told_of).
drop policy balance_rollup_read on balance_rollup;
truncate loan_balance, balance_rollup, firm_balance, balance_firms;
alter table balance_rollup
    drop column district,
    add constraint balance_rollup_key primary key (org_id, what, quarter);
create policy balance_rollup_read on balance_rollup for select to pledged_app using (
    (select my_kind()) in ('finance', 'ip_office', 'auditor') or org_id = (select my_org()));
alter table loan_balance drop column district;
alter type balance_change drop attribute district;
drop function if exists rollup_eventless_changes(bigint, text, text, date, date, bigint, int);

-- Events of loans by the quarter of their day, and how many came late.
create table event_rollup (
    org_id bigint not null,
    quarter date not null,
    events bigint not null,
    late bigint not null,
    constraint event_rollup_key primary key (org_id, quarter)
) with (fillfactor = 50);

-- Records by the quarter in which they came, by the clock; how many are corrections, and of how many records they are.
create table received_rollup (
    org_id bigint not null,
    quarter date not null,
    records bigint not null,
    corrections bigint not null,
    ids bigint not null,
    constraint received_rollup_key primary key (org_id, quarter)
) with (fillfactor = 50);

-- Numbers of the pledge register that more than one loan has ever told, and how many.
create table pledge_no_shared (
    pledge_no text not null,
    loans bigint not null,
    constraint pledge_no_shared_key primary key (pledge_no)
);

do $$
declare
    t text;
begin
    foreach t in array '{event_rollup,received_rollup,pledge_no_shared}'::text[] loop
        execute format('alter table %1$I enable row level security;'
                       ' create policy %2$I on %1$I for select to pledged_app'
                       ' using ((select my_kind()) in (''finance'', ''ip_office'', ''auditor''));'
                       ' grant select on %1$I to pledged_app', t, t || '_read');
    end loop;
end $$;
