-- The form of a key is set by the trigger submission_form (functions/record.sql).

alter table submission
    alter column key_form drop expression,
    alter column key_form set not null;
