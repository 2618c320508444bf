-- A session of the console and a link count when the data folder's secret proves them: whoever owns the database could
-- put one beside that stands for another person, act by it and take it out again. Who is signed in signs in once more.
delete from console_link;
delete from console_session;
alter table console_link
    add column mac bytea not null constraint console_link_mac_length check (length(mac) = 32);
alter table console_session
    add column mac bytea not null constraint console_session_mac_length check (length(mac) = 32);
grant select on console_link to pledged_app;
drop function if exists console_session_open(text, text, boolean, text);
