-- console_session_use: says that a session of the console is used.
-- $1 SHA-256 of the session, hex
-- -> done text
select console_session_use($1::text)::text as done
