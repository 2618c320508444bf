-- What an upgrade wrote waits for its leaf under a signature of the key that signs checkpoints, as what a command
-- wrote: whoever owns the database could say of rows of his own that this version's upgrade wrote them. From this file
-- on, which migrate.c names.
drop function if exists log_adopt(text, json, uuid[]);
