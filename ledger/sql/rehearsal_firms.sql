-- rehearsal_firms: what firms have had under a policy, under each of their codes, for rehearsals: asked once, as what
-- stands does not hang on the page.
-- $1 policy code
-- -> firm text, year int4 (0: ever), used int8 (fen)
select f.firm, f.year, f.used
  from subsidy_firms_used($1::text) f
 order by f.firm collate "C", f.year
