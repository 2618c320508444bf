-- verify_tokens: records that were made by a token which was not their author's, or not in force, or not for what it
-- did, and records of an office that does not write what it wrote: a row each
-- $1 number of the first leaf that is looked at
-- $2 a JSON list of what is written by which duties: [{"type", "field" (which holds the step; or null), "step" (or ""),
--    "duties" (of which a token needs one)}]
-- -> defect text, place text
-- When a token was given and revoked is asked of the log's order, which no clock moves: the lane asks in each flight
-- whether it stands, and the same flight takes in what had been told of it by then. That it ran out, or ended with
-- the post, the person or the organisation whose it is, stands in their rows: record time may be up to five minutes
-- ahead of the clock (record_now), and further while a clock that was ahead is accepted, but then not earlier than
-- when a person did so. What begins again does so with new tokens, and the old ones are told then to have ended when
-- it did. Neither the kind and the district of an organisation nor the duties of a token ever change; who writes what
-- may with a version of the program, and what the log says that it was once is borne out.
with need as materialized (
    select n.type, n.step, array_agg(d.word) as duties
      from json_to_recordset($2::json) as n(type text, field text, step text, duties json)
     cross join lateral json_array_elements_text(n.duties) d(word)
     group by n.type, n.step
),
named as materialized (
    select n.type, max(n.field) as field from json_to_recordset($2::json) as n(type text, field text) group by n.type
),
life as materialized (
    select decode(substr(r.content ->> 'sha256', 3), 'hex') as sha256, min(f.head) as given,
           min(f.head) filter (where r.content ->> 'revoked_at' is not null) as revoked
      from log_row r
      join log_leaf f on f.record_id = r.flight and f.version = 0
     where r.tab = 'token'
     group by 1
),
behind as materialized (
    select (r.content ->> 'accepted_at')::timestamptz as since, (r.content ->> 'until_at')::timestamptz as until_at,
           f.head
      from log_row r
      join log_leaf f on f.record_id = r.flight and f.version = 0
     where r.tab = 'clock_acceptance'
)
select x.defect, r.id || ' v' || r.version as place
  from log_leaf l
  join submission r on r.id = l.record_id and r.version = l.version
  join org o on o.id = r.org_id
  left join token t on t.sha256 = l.token
  left join life i on i.sha256 = l.token
  left join post s on s.org_id = t.org_id and s.person = t.person_id
  left join person p on p.id = t.person_id
  left join record_type y on y.name = r.type
  left join named f on f.type = r.type
  left join need n on n.type = r.type and n.step = coalesce(r.body ->> f.field, '')
 cross join lateral (
       select coalesce(min(b.since), r.recorded_at) as made_at -- or later
         from behind b
        where b.head <= l.head and r.recorded_at between b.until_at and b.until_at + interval '1 second') at
 cross join lateral (
       select case when l.token is null then case when o.code <> 'SYSTEM' then 'record of a person without a token' end
                   when t.sha256 is null then 'record by a token that the ledger does not know'
                   when t.org_id <> r.org_id or s.name || '@' || o.code <> r.recorded_by
                       then 'record by a token of somebody else'
                   when i.given > l.head or i.revoked < l.head
                        or at.made_at > least(t.expires_at, t.revoked_at, s.ended_at, p.disabled_at, o.disabled_at)
                                        + interval '6 minutes'
                       then 'record by a token that was not in force'
                   when not n.duties && t.duties then 'record by a token that is not for it'
                   when o.kind <> all (y.writers)
                        and not exists (select from verify_kept('record_type', 'name', r.type) k(was)
                                         where o.kind in (select json_array_elements_text(was -> 'writers')))
                       then 'record of an organisation that does not write its like'
                   when o.kind = 'district' and r.body ->> 'district' <> o.district
                       then 'record of another district than its author''s' end as defect) x
 where l.form = 4
   and l.no >= $1::bigint
   and x.defect is not null
 order by 1, 2
