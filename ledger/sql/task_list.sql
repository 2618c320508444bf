-- task_list: what waits for a step of whoever asks, what waits longest first.
-- $1 limit
-- -> task text (JSON)
select t.task::text as task
  from tasks_open() t
 order by t.since
 limit $1::int
