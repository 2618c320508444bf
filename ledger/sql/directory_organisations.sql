-- directory_organisations: a page of the organisations that whoever asks may know of.
-- $6 kind, or null
-- -> cursor text, total int8, amount text, item text (JSON)
with every as materialized (
    select x.id, x.item,
           coalesce(case ltrim($4::text, '-')
                when 'name' then x.item ->> 'name'
                when 'kind' then x.item ->> 'kind' end, '') collate "C" as sort
      from directory_organisations($6::text) x
),
hits as not materialized (
    select x.id, x.sort, null::bigint as fen, x.item
      from every x
     where ($3::text is null
            or position(text_form($3::text) in text_form(concat_ws(' ', x.item ->> 'code', x.item ->> 'name',
                                                                   x.item ->> 'uscc'))) > 0)
),
--+ page text
select p.id::text as cursor, c.total, c.amount, p.item::text as item
  from page p
 cross join counted c
 order by p.turn
