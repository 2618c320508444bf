-- account_list: accounts with their balances, by code.
-- $1 code or null, $2 after (code) or null, $3 limit, $4 as_of or null, $5 known_at or null
-- -> code text, kind text, title text, no_overdraft bool, balance text, held text, available text (both of now:
--    null when another day or instant is asked for), version int8, opened_on date
select a.code, a.kind, a.title, a.no_overdraft,
       yuan_text(case when a.kind in ('asset', 'expense') then 1 else -1 end * account_balance_fen(a.code, $4::date,
                 $5::timestamptz)) as balance,
       case when $4::date is null and $5::timestamptz is null then
            yuan_text(b.held_fen - account_expired_fen(a.code)) end as held,
       case when $4::date is null and $5::timestamptz is null then
           yuan_text(account_available_fen(a.code)) end as available,
       account_version_known(a.code, $5::timestamptz) as version,
       a.opened_on
  from account a
  join account_balance b on b.account = a.code
 where ($1::text is null or a.code = $1::text)
   and ($2::text is null or a.code > $2::text)
 order by a.code
 limit $3::int
