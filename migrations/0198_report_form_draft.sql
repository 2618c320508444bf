-- Files of a report that is about to be sealed: stored beside the write lane, which then only moves them. A crash loses
-- them, and the seal is asked for again.
create unlogged table report_form_draft (
    seal uuid not null,
    format text not null,
    language text not null,
    bytes bytea not null,
    made_at timestamptz not null default clock_timestamp(),
    primary key (seal, format, language)
);
alter table report_form_draft alter column bytes set storage external;
alter table report_form_draft enable row level security;
drop function if exists report_seal_bare(json);
