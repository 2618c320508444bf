-- account_list: a page of accounts with their balances, by code unless another order is asked for, or one of them.
-- $6 code, $7 as_of, $8 known_at; each or null
-- -> cursor text, total int8, amount text, code text, kind text, title text, no_overdraft bool, balance text,
--    held text, available text (both of now: null when another day or instant is asked for), version int8,
--    opened_on date
with every as not materialized (
    select a.code as id, a as account,
           coalesce(case ltrim($4::text, '-')
                when 'balance' then lpad((1000000000000000000 + account_shown_fen(a, $7::date, $8::timestamptz))::text,
                                         20, '0') end, '') collate "C" as sort
      from account a
),
hits as not materialized (
    select x.id, x.sort, null::bigint as fen, x.account
      from every x
     where ($6::text is null or x.id = $6::text)
       and ($3::text is null
            or position(text_form($3::text) in text_form(x.id)) > 0
            or position($3::text in (x.account).title) > 0)
),
--+ page text
select p.id as cursor, c.total, c.amount, p.id as code, (p.account).kind, (p.account).title, (p.account).no_overdraft,
       yuan_text(account_shown_fen(p.account, $7::date, $8::timestamptz)) as balance,
       case when $7::date is null and $8::timestamptz is null then
            yuan_text(b.held_fen - account_expired_fen(p.id)) end as held,
       case when $7::date is null and $8::timestamptz is null then
           yuan_text(account_available_fen(p.id)) end as available,
       account_version_known(p.id, $8::timestamptz) as version,
       (p.account).opened_on
  from page p
  join account_balance b on b.account = p.id
 cross join counted c
 order by p.turn
