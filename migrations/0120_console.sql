-- Sessions of the console and the links that begin one: each by the hash of what its holder has. They pass; who acted
-- is told by what he did.
create table console_session (
    sha256 bytea primary key constraint console_session_sha256_length check (length(sha256) = 32),
    token bytea not null references token, -- it ends with its token
    opened_at timestamptz not null,
    seen_at timestamptz not null
);
create index console_session_by_use on console_session (seen_at);
create table console_link (
    sha256 bytea primary key constraint console_link_sha256_length check (length(sha256) = 32),
    token bytea not null references token,
    until_at timestamptz not null
);
grant select on console_session to pledged_app;
