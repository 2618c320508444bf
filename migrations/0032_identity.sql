-- A credit has an identity beyond how its number is written: keys are compared in the form of text_form (base.sql), so
-- are borrowers' names. The expression is that function's, in built-in functions alone. Keys that were taken while they
-- were compared as written stay as they are: `pledged verify` lists those that are one now.

alter table submission
    add column key_form text generated always as (
       case when key ~ '^[!-~]*$' then lower(key collate "C") collate "default"
            else normalize(lower(upper(regexp_replace(normalize(key, nfkc), '[\s\u0085\u00a0\u00ad\u034f\u0600-\u0605'
                 '\u061c\u06dd\u070f\u08e2\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f'
                 '\u205f-\u206f\u3000\ufe00-\ufe0f\ufeff\ufff0-\ufffb\U000E0000-\U000E0FFF]', '', 'g')
                 collate "und-x-icu") collate "und-x-icu") collate "default", nfkc) end) stored;
-- As many are alike under it as before, since the form follows from the key; and it finds a key however it is written.
alter table submission
    drop constraint record_key_unique,
    add constraint record_key_unique unique (org_id, type, key_form, key, version);
