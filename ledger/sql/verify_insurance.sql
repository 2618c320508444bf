-- verify_insurance: defects of insurance policies and claims: a row each
-- -> defect text, place text
select 'insurance policy that differs from its record' as defect, coalesce(p.id, r.id) || '' as place
  from insurance_policy p
  full join (select * from submission where type = 'insurance_policy') r on r.id = p.id and r.version = p.version
 where (p.policy_no, p.kind, p.insured, p.district, p.starts_on, p.ends_on, p.cancelled_on, p.org_id, p.recorded_at)
       is distinct from
       (r.body ->> 'policy_no', r.body ->> 'kind', r.body ->> 'insured_uscc', r.body ->> 'district',
       (r.body ->> 'starts_on')::date, (r.body ->> 'ends_on')::date, (r.body ->> 'cancelled_on')::date, r.org_id,
       r.recorded_at)
    or (p.sum_insured_fen, p.premium_fen, p.cover_share_ppm, p.parties)
       is distinct from
       (fen_of(r.body ->> 'sum_insured'), fen_of(r.body ->> 'premium'), ppm_of(r.body ->> 'cover_share'), r.parties)
    or cardinality(p.rights) <> coalesce(json_array_length(r.body -> 'ip'), 0)
union all
select 'insurance policies of one number that overlap', p.id || ''
  from insurance_policy p
  join insurance_policy q on q.policy_no = p.policy_no and q.org_id = p.org_id and q.id > p.id and q.cover && p.cover
 where not record_has_later(p.id, p.version, null) and not record_has_later(q.id, q.version, null)
union all
select 'insurance claim that differs from its record', coalesce(c.id, r.id) || ''
  from insurance_claim c
  full join (select * from submission where type = 'insurance_claim') r on r.id = c.id and r.version = c.version
 where (c.claim_no, c.loss_on, c.filed_on, c.outcome, c.decided_on, c.claimed_fen, c.paid_fen, c.org_id, c.district)
       is distinct from
       (r.body ->> 'claim_no', (r.body ->> 'loss_on')::date, (r.body ->> 'filed_on')::date, r.body ->> 'outcome',
       (r.body ->> 'decided_on')::date, fen_of(r.body ->> 'claimed'), coalesce(fen_of(r.body ->> 'paid'), 0), r.org_id,
       r.district)
union all
select 'insurance policy that paid more than its sum insured', c.policy || ''
  from insurance_claim c
 where not record_has_later(c.id, c.version, null)
 group by c.policy
having sum(c.paid_fen) > (select p.sum_insured_fen from insurance_policy p where p.id = c.policy
                           order by p.version desc limit 1)
 order by 1, 2
