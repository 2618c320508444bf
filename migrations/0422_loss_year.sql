-- A loss counts in the year in which it was claimed first, whole or in parts (functions/claim.sql: claim_year).
alter type claim_past add attribute year int;
alter type judgement add attribute year int;
