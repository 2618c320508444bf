-- One trigger sets the form of a key and writes the typed row of a record (submission_row, functions/record.sql).
drop trigger if exists submission_form on submission;
drop function if exists submission_form();
