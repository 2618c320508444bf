-- directory_persons: a page of persons, for who administers them and for auditors.
-- $1 after (an id), $2 code of an organisation, $3 limit (one more row tells that there are more); each or null
-- -> cursor text, item text (JSON)
select x.id as cursor, x.item::text as item
  from directory_persons($1::uuid, $2::text, $3::int + 1) x
