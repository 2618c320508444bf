-- The record that made a version of what the directory holds (migrations/functions/directory.sql).
create type directory_act as (type text, id uuid, proposed_by text, approved_by text, reason text);
drop function if exists directory_act(text, text, bigint, json[]);
