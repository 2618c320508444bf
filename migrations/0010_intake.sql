-- How many lines of whom were refused, or sent again under a known number with other content, by day: what the report
-- on reporting quality counts. What was refused is not kept.

create table intake (
    org_id bigint not null,
    type text not null,
    on_day date not null,
    refused bigint not null constraint intake_refused_range check (refused >= 0),
    conflicts bigint not null constraint intake_conflicts_range check (conflicts >= 0),
    primary key (org_id, type, on_day)
);
create function refuse_decrease() returns trigger language plpgsql as $$
begin
    if new.refused < old.refused or new.conflicts < old.conflicts
       or (new.org_id, new.type, new.on_day) is distinct from (old.org_id, old.type, old.on_day) then
        raise exception 'counts of % only grow', tg_table_name using errcode = '55000';
    end if;
    return new;
end $$;
create trigger only_grows before update on intake for each row execute function refuse_decrease();
create trigger no_delete before delete or truncate on intake for each statement execute function refuse_change();

alter table intake enable row level security;
create policy intake_read on intake for select to pledged_app using (
    (select my_kind()) in ('finance', 'ip_office', 'auditor') or org_id = (select my_org()));
create policy intake_write on intake for insert to pledged_app with check (org_id = (select my_org()));
create policy intake_add on intake for update to pledged_app using (org_id = (select my_org()));
grant select, insert, update on intake to pledged_app;
