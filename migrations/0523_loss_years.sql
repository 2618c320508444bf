-- What a guarantor claims in parts is held to the caps of the years of its parts (functions/claim.sql: claim_years).
alter type claim_past drop attribute year;
alter type claim_past add attribute years int[];
alter type claim_past add attribute last_day date;
drop function if exists claim_year(claim_case);
