-- What the operator decides and does, kept beside what it bears upon.

-- Writing goes on although the machine's clock is behind the newest record: who said so, and up to which instant.
create table clock_acceptance (
    id uuid primary key default gen_random_uuid(),
    until_at timestamptz not null,
    reason text not null constraint clock_acceptance_reason_length check (length(reason) between 1 and 1000),
    accepted_at timestamptz not null default now(),
    accepted_by text not null
);
call make_append_only('clock_acceptance');
grant select on clock_acceptance to pledged_app;

-- When everything was verified, and what was found.
create table verification (
    id uuid primary key default gen_random_uuid(),
    ended_at timestamptz not null default now(),
    log_size bigint not null,
    defects int not null
);
create index verification_by_end on verification (ended_at);
call make_append_only('verification');
grant select on verification to pledged_app;
