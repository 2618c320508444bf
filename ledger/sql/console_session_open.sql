-- console_session_open: opens a session of the console.
-- $1 SHA-256 of the session, hex; $2 of the token or certificate; $3 'true': it is a certificate; $4 of the link that
-- stands for the token, null: none; $5 what proves the row, hex
-- -> done text
select console_session_open($1::text, $2::text, $3::text::boolean, $4::text,
                            $5::text)::text as done
