-- console_session_close: ends a session of the console.
-- $1 SHA-256 of the session, hex
-- -> done text
select console_session_close($1::text)::text as done
