-- task_list: a page of what waits for a step of whoever asks; ordered by 'due', what is due first comes first, then
-- what waits longest.
-- $6 'true': also what he has told or decided himself, which another person takes; or null
-- -> cursor text, total int8, amount text, item text (JSON), beside text (JSON; how many wait for each step, if all are
--    counted); one row at least: without an item when there is none
with every as materialized (
    select t.task ->> 'path' as id, t.task,
           coalesce(case ltrim($4::text, '-')
                when 'due' then concat_ws(' ', coalesce(t.task ->> 'due_on', '9999-12-31'), t.task ->> 'since')
                when 'since' then t.task ->> 'since'
                when 'amount' then lpad(replace(t.task ->> 'amount', '.', ''), 20, '0')
                when 'kind' then t.task ->> 'kind' end, '') collate "C" as sort
      from tasks_open($6::boolean is true) t
),
hits as not materialized (
    select x.id, x.sort, yuan_fen((x.task ->> 'amount')::numeric) as fen, x.task
      from every x
     where ($3::text is null
            or position(text_form($3::text)
                        in text_form(concat_ws(' ', x.task ->> 'reference', x.task ->> 'title'))) > 0)
),
--+ page text
select p.id as cursor, c.total, c.amount, p.task::text as item,
       case when $5::bool then (select task_counts(array_agg(x.task)) from every x) end::text as beside
  from counted c
  left join page p on true
 order by p.turn
