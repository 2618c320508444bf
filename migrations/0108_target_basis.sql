-- A target may count loans by another day or another amount than its plan: what was drawn, what is registered. Null: as
-- the plan. The views name all columns again.
alter table plan_version_target add column basis text;
create or replace view plan_target as
    select t.*
      from plan_version_target t
      join plan p on p.code = t.plan and p.version = t.version;
