-- json_leaves tells beside the pointer what a value is known by: its result has another column.
drop function if exists json_leaves(json);
