-- record_page: the page of records, with what is told of their lives.
select a.outcome, a.id, a.version, a.body, a.sha256, a.recorded_at, a.recorded_by, a.flags, a.leaf,
       a.leaf_hash, a.head, record_life_members(a.type, a.id, a.version, null, null)::text as life,
       null::text as mark, s.page, c.total, c.amount
  from sized s
  join record_answer a on a.id = s.id and a.version = s.version
 cross join counted c
 where s.before < 8388608
 order by s.turn
