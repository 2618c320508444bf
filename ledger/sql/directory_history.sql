-- directory_history: what a person or an organisation was, from its first row in the log to its last.
-- $1 'organisation' or 'person', $2 its code or id
-- -> item text (JSON)
select h.item::text as item
  from directory_history($1::text, $2::text) h
 order by h.version
