-- A seal is of a quarter: what whoever decides saw of a record is told by <subject>_seen (functions/), as its member is
-- named in requests.

drop function if exists record_seal(uuid);
drop function if exists application_seal(uuid);
drop function if exists coverage_seal(coverage);
drop function if exists flag_seal(uuid);
drop function if exists claim_seal_of(claim, json, timestamptz);
drop function if exists claim_seal(uuid);
