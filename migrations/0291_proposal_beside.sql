-- What one person proposes to the same end within some days counts together: it is looked for by its days.
create index proposal_by_type on proposal (type, recorded_at);
