-- Everything that decides is covered by a leaf of the log, by one mechanism: triggers, made for every table that holds
-- what was decided (log_table), keep each row as it was written, in all its columns, and the transaction that wrote
-- them - a flight of the lane, an upgrade, a command of the operator - has a leaf over them. What is kept is what the
-- tables are compared with.

-- Text of a leaf: 1 of a record (pledged-leaf-1); 2 of a record with its whole envelope (pledged-leaf-2); 3 of the
-- rows of a flight (pledged-rows-1): record_id is the flight then, version 0.
alter table log_leaf add column form smallint not null default 1
    constraint log_leaf_form_known check (form in (1, 2, 3));
create index log_leaf_of_flight on log_leaf (no) where form = 3;

create table log_row (
    no bigint generated always as identity primary key,
    flight uuid not null,
    tab text not null,
    op text not null constraint log_row_op_known check (op in ('I', 'U', 'D')),
    content json not null -- of D as it was before
);
create index log_row_by_tab on log_row (tab, no);
create index log_row_by_flight on log_row (flight);
call make_append_only('log_row');

-- Flights that the lane has still to take into the log: an operator's, signed by the key of the log; an upgrade's, by
-- the digest of the schema that it led to, for which the lane takes one and no more.
create table log_pending (
    flight uuid primary key,
    signature bytea,
    schema_digest text
);

-- The upgrades whose rows were taken as they stood.
create table log_adoption (
    schema_digest text primary key,
    flight uuid not null,
    adopted_at timestamptz not null default now()
);
call make_append_only('log_adoption');
grant select, delete on log_pending to pledged_app;

-- Every table has a key by which its rows are told apart.
alter table flag_threshold_value add column no bigint generated always as identity primary key;
