-- proposal_list: a page of proposals in the order of recording unless another is asked for, or one of them, of those
-- that whoever asks may see.
-- $6 id, $7 state, $8 kind, $9 'true': only those that wait for whoever asks; each or null
-- -> cursor text, total int8, amount text, item text (JSON)
with every as materialized (
    select x.no as id, x.id as proposal, x.key, x.recorded_by, x.sum_fen,
           coalesce(case ltrim($4::text, '-')
                when 'key' then x.key
                when 'amount' then lpad(coalesce(x.sum_fen, 0)::text, 20, '0') end, '') collate "C" as sort
      from proposals_seen($6::uuid, $7::text, $8::text, $9::boolean) x
),
hits as not materialized (
    select x.id, x.sort, x.sum_fen as fen, x.proposal
      from every x
     where ($3::text is null
            or position(text_form($3::text) in text_form(x.key)) > 0
            or position(text_form($3::text) in text_form(x.recorded_by)) > 0)
),
--+ page bigint
select p.id::text as cursor, c.total, c.amount, proposal_told(p.proposal)::text as item
  from page p
 cross join counted c
 order by p.turn
