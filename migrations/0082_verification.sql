-- What a verification looked at and found: from which leaf on and up to which row that was kept; the first lines of it.
alter table verification
    add column started_at timestamptz,
    add column since bigint not null default 0,
    add column row_no bigint,
    add column findings json not null default '[]';
