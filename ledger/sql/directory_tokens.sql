-- directory_tokens: a page of the tokens that whoever asks may know of.
-- $6 code of an organisation or null
-- -> cursor text, total int8, amount text, item text (JSON)
with every as materialized (
    select x.id, x.item,
           coalesce(case ltrim($4::text, '-')
                when 'person' then x.item ->> 'person'
                when 'expires_at' then x.item ->> 'expires_at' end, '') collate "C" as sort
      from directory_tokens($6::text) x
),
hits as not materialized (
    select x.id, x.sort, null::bigint as fen, x.item
      from every x
     where ($3::text is null
            or position(text_form($3::text) in text_form(concat_ws(' ', x.item ->> 'organisation',
                                                                   x.item ->> 'person'))) > 0)
),
--+ page uuid
select p.id::text as cursor, c.total, c.amount, p.item::text as item
  from page p
 cross join counted c
 order by p.turn
