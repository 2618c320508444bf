-- identity_live: as identity, of whoever is about to write: his token may have ended while the request waited.
-- $1 to $7 as identity; $8 what the token is known by, hex
select set_config('pledged.org', $1, true),
       set_config('pledged.kind', $2, true),
       set_config('pledged.code', $3, true),
       set_config('pledged.district', $4, true),
       set_config('pledged.person', $5, true),
       set_config('pledged.person_id', $6, true),
       set_config('pledged.duties', $7, true),
       token_stands(decode($8, 'hex'))
