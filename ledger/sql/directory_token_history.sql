-- directory_token_history: the life of a token, from its first row in the log to its last.
-- $1 its id
-- -> item text (JSON)
select h.item::text as item
  from directory_token_history($1::text) h
 order by h.version
