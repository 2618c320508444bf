-- verify_tokens: records that were made by a token which was not their author's, or not in force: a row each
-- $1 number of the first leaf that is looked at
-- -> defect text, place text
-- Record time may be up to five minutes ahead of the clock (record_now), and a token may end while a request flies. It
-- ends with the post, the person and the organisation whose it is, whatever its own row says; what begins again does so
-- with new tokens, and the old ones are told then to have ended when it did.
select x.defect, r.id || ' v' || r.version as place
  from log_leaf l
  join submission r on r.id = l.record_id and r.version = l.version
  join org o on o.id = r.org_id
  left join token t on t.sha256 = l.token
  left join post s on s.org_id = t.org_id and s.person = t.person_id
  left join person p on p.id = t.person_id
 cross join lateral (
       select case when l.token is null then case when o.code <> 'SYSTEM' then 'record of a person without a token' end
                   when t.sha256 is null then 'record by a token that the ledger does not know'
                   when t.org_id <> r.org_id or s.name || '@' || o.code <> r.recorded_by
                       then 'record by a token of somebody else'
                   when r.recorded_at not between t.created_at - interval '6 minutes'
                                              and least(t.expires_at, t.revoked_at, s.ended_at, p.disabled_at,
                                                        o.disabled_at) + interval '6 minutes'
                       then 'record by a token that was not in force' end as defect) x
 where l.form = 4
   and l.no >= $1::bigint
   and x.defect is not null
 order by 1, 2
