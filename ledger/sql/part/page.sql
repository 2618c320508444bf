-- page: the rows of a list that are a page, with their turn, and how many rows there are in all. The statement before
-- this says `every` (id, sort: what is ordered by) and `hits` (of these what was asked for; fen: what is summed up).
-- $1 after: the id of the last row of the page before, or null, $2 how many, $3 ?q, $4 order or null ('-amount': the
-- largest first), $5 whether all are counted; what the statement asks besides begins with $6
-- The row that a page begins behind may be no hit any more: its place is that which it has now.
page as (
    select h.*, row_number() over () as turn
      from (
           select h.*
             from hits h
            where $1::@word@ is null
               or case when $4::text is null or $4::text = 'recorded' then h.id > $1::@word@
                       when $4::text = '-recorded' then h.id < $1::@word@
                       when $4::text like '-%' then
                            (h.sort, h.id) < (select a.sort, a.id from every a where a.id = $1::@word@)
                       else (h.sort, h.id) > (select a.sort, a.id from every a where a.id = $1::@word@) end
            order by case when $4::text like '-%' then h.sort end desc,
                     case when $4::text not like '-%' then h.sort end,
                     case when $4::text like '-%' then h.id end desc,
                     h.id
            limit $2::int) h
),
counted as materialized ( -- once, and not for each row of the page
    select count(*) as total, yuan_text(sum(h.fen)::bigint) as amount
      from hits h
     where $5::bool
)
