-- What days alone will do to what is owed and told of a quarter, summed by day, so that the quarter that runs asks no
-- loan (migrations/functions/rollup_ahead.sql). Kept beside the path of a write, as of a mark, like the days of loans.

-- By bank, 0: of the city. what: as in balance_rollup. firms: of which none of their loans came to it on an earlier
-- day, of what is told of a quarter alone (from 11 on) in the quarter.
create table balance_ahead (
    what smallint not null,
    day date not null,
    org_id bigint not null,
    n bigint not null,
    firms bigint not null,
    constraint balance_ahead_key primary key (what, day, org_id)
) with (fillfactor = 80);
alter table balance_ahead enable row level security;

-- Of which signed head they are; null: nothing is kept yet.
alter table days_mark add column ahead bigint;

drop function if exists rollup_ahead(date, date);

-- It was asked for what will have become of loans alone.
drop index loan_balance_by_quarter;
