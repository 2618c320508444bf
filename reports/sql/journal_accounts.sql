-- journal_accounts: the accounts of a journal: those that the reader may see, and the other side of their
-- transfers.
-- -> known_at text (of the newest transfer; all that was recorded by then is committed), closes_on text,
--    code text, kind text, title text, opened_on text, balance text (debits less credits; null where only
--    the name may be known)
with known as (
    select max(t.recorded_at) as at, max(t.on_day) as last from transfer t
),
named as (
    select a.code, true as own from account a
    union
    select x.code, false
      from (select t.debit as code from transfer t union select t.credit from transfer t) x
     where not exists (select from account a where a.code = x.code)
)
select coalesce(instant_text(k.at), '') as known_at, (coalesce(k.last, date '1999-12-31') + 1)::text as closes_on,
       n.code, a.kind, a.title, a.opened_on::text as opened_on,
       case when n.own then yuan_text(account_balance_fen(n.code, null, k.at)) end as balance
  from named n
 cross join known k
 cross join lateral account_named(n.code) a
 order by n.code
