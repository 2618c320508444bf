-- What waits for its leaf is told by the program, which knows whose signature is its own (compare.sql, kept.sql).
drop function if exists log_differences();
drop function if exists log_adopt(text, json);
