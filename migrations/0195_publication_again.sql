-- Who proposed to publish a quarter may be out of office when the second person comes: then another proposes it in his
-- place, and a third publishes.
alter table publication drop constraint publication_pkey, add primary key (quarter, step, id);
create unique index publication_once on publication (quarter) where step = 'publish';
update record_type set personal = true where name = 'publication';
