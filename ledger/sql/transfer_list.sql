-- transfer_list: a page of transfers, in the order of recording unless another is asked for, or one of them.
-- $6 id, $7 account; each or null
-- -> cursor text, total int8, amount text, id uuid, reference text, debit text, credit text, sum text, on_day date,
--    cause text, cause_id uuid, reverses uuid, reversed_by uuid, memo text, recorded_at text, recorded_by text
with every as not materialized (
    select t.id, t as transfer,
           coalesce(case ltrim($4::text, '-')
                when 'on' then t.on_day::text
                when 'key' then t.reference
                when 'amount' then lpad(t.amount_fen::text, 20, '0') end, '') collate "C" as sort
      from transfer t
),
hits as not materialized (
    select x.id, x.sort, (x.transfer).amount_fen as fen, x.transfer
      from every x
     where ($6::uuid is null or x.id = $6::uuid)
       and ($7::text is null or (x.transfer).debit = $7::text or (x.transfer).credit = $7::text)
       and ($3::text is null
            or position(text_form($3::text) in text_form(concat_ws(' ', (x.transfer).reference, (x.transfer).debit,
                                                                   (x.transfer).credit, (x.transfer).memo))) > 0)
),
--+ page uuid
select p.id::text as cursor, c.total, c.amount, p.id, (p.transfer).reference, (p.transfer).debit, (p.transfer).credit,
       yuan_text((p.transfer).amount_fen) as sum, (p.transfer).on_day, (p.transfer).cause, (p.transfer).cause_id,
       (p.transfer).reverses,
       (select x.id from transfer x where x.reverses = p.id) as reversed_by,
       (p.transfer).memo, instant_text((p.transfer).recorded_at) as recorded_at, (p.transfer).recorded_by
  from page p
 cross join counted c
 order by p.turn
