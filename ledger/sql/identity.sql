-- identity: who acts, until the end of this transaction; row-level security reads it.
-- $1 org id, $2 kind, $3 code, $4 district, $5 name of the person's post, $6 id of the person, $7 duties of the token,
-- with spaces between (all text; empty: nobody, none)
select set_config('pledged.org', $1, true),
       set_config('pledged.kind', $2, true),
       set_config('pledged.code', $3, true),
       set_config('pledged.district', $4, true),
       set_config('pledged.person', $5, true),
       set_config('pledged.person_id', $6, true),
       set_config('pledged.duties', $7, true)
