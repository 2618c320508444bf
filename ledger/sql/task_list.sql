-- task_list: a page of what waits for a step of whoever asks; ordered by 'since', what waits longest comes first.
-- -> cursor text, total int8, amount text, item text (JSON)
with every as materialized (
    select t.task ->> 'path' as id, t.task,
           coalesce(case ltrim($4::text, '-')
                when 'since' then t.task ->> 'since'
                when 'kind' then t.task ->> 'kind' end, '') collate "C" as sort
      from tasks_open() t
),
hits as not materialized (
    select x.id, x.sort, null::bigint as fen, x.task
      from every x
     where ($3::text is null or position(text_form($3::text) in text_form(x.task ->> 'reference')) > 0)
),
--+ page text
select p.id as cursor, c.total, c.amount, p.task::text as item
  from page p
 cross join counted c
 order by p.turn
