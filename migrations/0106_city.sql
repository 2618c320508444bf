-- The city that a ledger is of, and its districts: chosen when the ledger is made (pledged serve --city), out of the
-- list that the program carries (ledger/data/places.tsv). What was made before this could be of Shanghai alone.
create table city (
    code text primary key,
    zh text not null,
    en text not null
);
create table city_district (
    code text primary key,
    zh text not null,
    en text not null
);
create unique index city_once on city ((true)); -- one row
grant select on city, city_district to pledged_app;
call make_append_only('city');
call make_append_only('city_district');

-- Nothing is recorded yet: departments that only Shanghai has go, city_settle makes those of the city.
do $$ begin
    if not exists (select from submission) and not exists (select from org o where o.district is not null) then
        alter table measure_duty disable trigger append_only;
        alter table department disable trigger append_only;
        delete from measure_duty y
         using department d
         where d.code = y.department and (d.district is not null or d.code = 'banking_regulator');
        delete from department d where d.district is not null or d.code = 'banking_regulator';
        alter table department enable trigger append_only;
        alter table measure_duty enable trigger append_only;
    end if;
end $$;
