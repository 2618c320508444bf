-- directory_persons: a page of persons, for who administers them and for auditors.
-- $6 code of an organisation or null
-- -> cursor text, total int8, amount text, item text (JSON)
with every as materialized (
    select x.id, x.item,
           coalesce(case ltrim($4::text, '-') when 'name' then x.item ->> 'name' end, '')
               collate "C" as sort
      from directory_persons($6::text) x
),
hits as not materialized (
    select x.id, x.sort, null::bigint as fen, x.item
      from every x
     where ($3::text is null
            or position(text_form($3::text) in text_form(concat_ws(' ', x.item ->> 'name',
                                                                   x.item ->> 'posts'))) > 0)
),
--+ page uuid
select p.id::text as cursor, c.total, c.amount, p.item::text as item
  from page p
 cross join counted c
 order by p.turn
