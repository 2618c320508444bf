-- transfer_get: a page of transfers in the order of recording.
-- $1 id or null, $2 after (uuid) or null, $3 limit, $4 account or null
-- -> id uuid, reference text, debit text, credit text, amount text, on_day date, cause text, cause_id uuid,
--    reverses uuid, reversed_by uuid, memo text, recorded_at text, recorded_by text
select t.id, t.reference, t.debit, t.credit, yuan_text(t.amount_fen) as amount, t.on_day, t.cause, t.cause_id,
       t.reverses,
       (select x.id from transfer x where x.reverses = t.id) as reversed_by,
       t.memo, instant_text(t.recorded_at) as recorded_at, t.recorded_by
  from transfer t
 where ($1::uuid is null or t.id = $1::uuid)
   and ($2::uuid is null or t.id > $2::uuid)
   and ($4::text is null or t.debit = $4::text or t.credit = $4::text)
 order by t.id
 limit $3::int
