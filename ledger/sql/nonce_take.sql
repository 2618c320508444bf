-- nonce_take: numbers that signed requests came with; each is taken once.
-- $1 JSON array of {key, nonce, until (seconds since 1970)}
-- -> is_new bool, in the order of the array
select t.is_new
  from nonce_take($1::json) t
 order by t.ord
