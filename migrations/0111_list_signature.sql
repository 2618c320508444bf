-- Lists are paged by their statements (ledger/sql/part/page.sql); the functions they read from page no more.
drop function if exists directory_organisations(text, int);
drop function if exists directory_persons(uuid, text, int);
drop function if exists directory_tokens(uuid, text, int);
drop function if exists proposals_seen(uuid, bigint, text, text, boolean, int);
