-- A leaf of rows keeps who wrote them, where that was not the flight itself: a command of the operator (1) or an
-- upgrade (2), a byte, and the signature of the daemon that took them. So they are told from what a flight of the
-- daemon wrote, also long after. And what each command may write: whoever owns the database could have a trigger write
-- beside it for a moment.
alter table log_leaf
    add column writer bytea,
    add constraint log_leaf_writer_form
        check (writer is null or form = 3 and length(writer) = 65 and get_byte(writer, 0) in (1, 2));

create table operator_command (
    name text constraint operator_command_key primary key,
    rows text not null -- a pattern of what log_flight_footprint() tells
);
insert into operator_command (name, rows) values
    ('org add', '^directory_command:I1 org:I1$'),
    ('org rename, disable', '^directory_command:I1 org:U1$'),
    ('person add', '^directory_command:I1 (person:[IU]1 )?post:I1$'),
    ('person disable', '^directory_command:I1 (person:U\d+ )?post:U\d+$'),
    ('token add', '^directory_command:I1 (person:I1 post:I1 )?token:I1$'),
    ('token rotate', '^directory_command:I1 token:I1 token:U1$'),
    ('token revoke', '^directory_command:I1 token:U\d+$'),
    ('directory close', '^directory_command:I1$'),
    ('clock accept', '^clock_acceptance:I1$'),
    ('verify', '^verification:I1$');
call make_append_only('operator_command');
