-- rehearsal_ids: the next loans that whoever asks may see, in the order of their ids, for rehearsals.
-- $1 after (a loan's id) or null, $2 limit
-- -> ids text (an array), last text (the last of them); no row: none is left
select a.ids::text as ids, a.ids[cardinality(a.ids)]::text as last
  from (select array_agg(x.id order by x.id) as ids
          from (select l.id
                  from loan l
                 where ($1::uuid is null or l.id > $1::uuid)
                   and l.id not in (select v.loan_id from loan_void v where loan_void_at(v, null)) -- one list a page
                 group by l.id
                 order by l.id
                 limit $2::int) x) a
 where a.ids is not null
