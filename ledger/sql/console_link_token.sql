-- console_link_token: whom a link of the console was made for.
-- $1 SHA-256 of the link, hex
-- -> sha256 text (of the token), mac text (what proves the row, hex)
select encode(l.token, 'hex') as sha256,
       encode(l.mac, 'hex') as mac
  from console_link l
 where l.sha256 = decode($1::text, 'hex')
   and l.until_at > now()
