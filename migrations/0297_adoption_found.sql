-- An upgrade takes all tables as they stand into the log. What differed from the log before it is kept with it: else
-- whoever changed a row unseen would only have to wait for the next release.
alter table log_adoption
    add column found json; -- a list of [table, key, column, what the log said, what stood]; null: nothing differed
drop function if exists log_adopt(text);
