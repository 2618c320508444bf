-- plan_text: the text of a plan that is in force, for whoever asks by its code.
-- $1 plan code, $2 known_at or null
-- -> document text (JSON; null when there is none of that code)
select plan_text($1::text, $2::timestamptz)::text as document
