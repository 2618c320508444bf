-- The days of a report's quarters, so that one up to any of its days asks no loan. They are kept beside the path of a
-- write (migrations/functions/rollup_days.sql): as of the mark, behind which whoever reads counts on himself.

-- Loans by the day of signing in each row of the report. before: the quarter before in which the firm stood in the row;
-- firms: that stood in it on no earlier day of the quarter.
create table city_days (
    section text not null,
    row_key text not null,
    day date not null,
    before date not null,
    loans bigint not null,
    amount_fen bigint not null,
    registered_fen bigint not null,
    patents bigint not null,
    trademarks bigint not null,
    firms bigint not null,
    constraint city_days_key primary key (section, day, row_key, before)
) with (fillfactor = 80);

-- Of which signed head of the log the days are, by its size. One row; null: nothing is kept yet.
create table days_mark (
    one boolean not null,
    leaf bigint,
    constraint days_mark_key primary key (one)
);
insert into days_mark (one) values (true);

do $$
declare
    t text;
begin
    foreach t in array '{city_days,days_mark}'::text[] loop
        execute format('alter table %1$I enable row level security;'
                       ' create policy %2$I on %1$I for select to pledged_app'
                       ' using ((select my_kind()) in (''finance'', ''ip_office'', ''auditor''));'
                       ' grant select on %1$I to pledged_app', t, t || '_read');
    end loop;
end $$;

-- It says of which section it is, and no longer which word of a class that is.
drop function if exists rollup_row_expression(text);
