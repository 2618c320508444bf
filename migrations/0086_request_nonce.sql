-- Numbers that signed requests came with, kept as long as a request with them could be taken a second time.
create table request_nonce (
    key bytea not null constraint request_nonce_key_length check (length(key) = 32),
    nonce text not null,
    until_at timestamptz not null,
    primary key (key, nonce)
);
create index request_nonce_by_end on request_nonce (until_at);
