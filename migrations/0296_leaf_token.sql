-- A leaf says by which token (or certificate) its record was made. The daemon writes the digest of what it was shown
-- into what it signs; so what somebody did by a token that the owner of the database put beside for a moment, or turned
-- from one person to another, stays visible after it was taken out again. Form 4 of a leaf is form 2 with that.
alter table log_leaf
    add column token bytea constraint log_leaf_token_length check (length(token) = 32),
    add constraint log_leaf_token_form check (token is null or form = 4);
alter table log_leaf
    drop constraint log_leaf_form_known,
    add constraint log_leaf_form_known check (form in (1, 2, 3, 4));
drop function if exists log_record_text(submission, smallint, text);
drop function if exists verify_leaf_fits(log_leaf, submission, text);
