-- policy_diff: what a version of a policy says otherwise than another, part by part; row-level security of whoever asks
-- applies.
-- $1 id, $2 id of the other
-- -> list text (JSON: [type, pointer, title, seen, now] each, as problem_seen has it; null: one of them is not there)
select (select coalesce(json_agg(json_build_array('policy', d.pointer, null, d.seen, d.now) order by d.no), '[]'::json)
          from json_differences(b.body, a.body) d)::text as list
  from submission a
  join submission b on b.id = $2::uuid and b.type = 'policy' and not record_has_later(b.id, b.version, null)
 where a.id = $1::uuid and a.type = 'policy' and not record_has_later(a.id, a.version, null)
