-- journal_page: transfers in the order of recording.
-- $1 after (uuid) or null, $2 limit, $3 known_at
-- -> id uuid, reference text, on_day text, debit text, debit_kind text, credit text, credit_kind text,
--    amount text, cause text, memo text, reverses uuid, recorded_at text, recorded_by text
select t.id, t.reference, t.on_day::text as on_day, t.debit, d.kind as debit_kind, t.credit,
       c.kind as credit_kind, yuan_text(t.amount_fen) as amount, t.cause, t.memo, t.reverses,
       instant_text(t.recorded_at) as recorded_at, t.recorded_by
  from transfer t
 cross join lateral account_named(t.debit) d
 cross join lateral account_named(t.credit) c
 where ($1::uuid is null or t.id > $1::uuid)
   and t.recorded_at <= $3::text::timestamptz
 order by t.id
 limit $2::int
