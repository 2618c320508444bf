-- What a command on the machine did to organisations, persons and tokens: one person's act, in the flight of the rows
-- that it wrote, with whoever sat there and why. bootstrap: fewer than two persons could have given power otherwise.
create table directory_command (
    id bigint generated always as identity primary key,
    command text not null constraint directory_command_form check (command ~ '^[a-z]+ [a-z]+$'),
    person text not null constraint directory_command_person_length check (length(person) between 1 and 60),
    reason text not null constraint directory_command_reason_length check (length(reason) between 1 and 500),
    bootstrap boolean not null
);
create trigger append_only before update or delete on directory_command for each row execute function refuse_change();
