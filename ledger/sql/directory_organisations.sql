-- directory_organisations: a page of organisations, for who administers them and for auditors.
-- $1 after (a code), $2 limit (one more row tells that there are more)
-- -> cursor text, item text (JSON)
select x.code as cursor, x.item::text as item
  from directory_organisations($1::text, $2::int + 1) x
