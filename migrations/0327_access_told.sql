-- The digest of a batch of the access log is what the daemon says that it stored (form 2), no longer what the database
-- finds when it is asked (form 1): what was taken away before it was sealed, or never written, shows.
alter table access_batch add column form int not null default 1
    constraint access_batch_form_known check (form in (1, 2));
drop function if exists access_digest(access_log);
drop function if exists access_batch_digest(uuid);
drop function if exists access_seal(uuid[]);
