-- The database's own walls. Two roles serve: pledged_app reads, pledged_lane writes as well; neither owns anything nor
-- can become another. Who acts is believed of a connection that knows the installation's secret alone; what each role
-- may do is said at one place for all tables and functions (migrations/functions/wall.sql).

do $$
begin
    if not exists (select from pg_roles where rolname = 'pledged_lane') then
        create role pledged_lane login nosuperuser nocreatedb nocreaterole nobypassrls;
    end if;
    if not pg_has_role('pledged_lane', 'pledged_app', 'member') then
        grant pledged_app to pledged_lane;
    end if;
end $$;
