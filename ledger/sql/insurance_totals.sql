-- insurance_totals: what the reader may see of insurance, by kind and in all.
-- $1 first and $2 last day: of a policy its starts_on, of a claim its filed_on
-- -> document text (JSON); a policy cancelled on its first day never covered anything and counts nowhere,
--    a claim withdrawn likewise; open: claimed and not yet decided
with kind as (
    select unnest(array['enforcement', 'infringement_liability', 'overseas_liability', 'loan_guarantee', 'trademark',
                        'patent_transaction']) as kind
),
policy as (
    select p.kind, count(*) as n, count(distinct p.insured) as firms, sum(p.sum_insured_fen)::bigint as sum_insured,
           sum(p.premium_fen)::bigint as premium
      from insurance_policy_now p
     where not isempty(p.cover)
       and p.starts_on between $1::date and $2::date
     group by rollup (p.kind)
),
claim as (
    select c.kind, count(*) as n, sum(c.claimed_fen)::bigint as claimed, sum(c.paid_fen)::bigint as paid,
           coalesce(sum(c.claimed_fen) filter (where c.outcome = 'open'), 0)::bigint as open
      from insurance_claim_now c
     where c.outcome <> 'withdrawn'
       and c.filed_on between $1::date and $2::date
     group by rollup (c.kind)
),
line as (
    select k.kind, coalesce(p.n, 0) as policies, coalesce(p.firms, 0) as firms,
           coalesce(p.sum_insured, 0) as sum_insured,
           coalesce(p.premium, 0) as premium, coalesce(c.n, 0) as claims, coalesce(c.claimed, 0) as claimed,
           coalesce(c.paid, 0) as paid, coalesce(c.open, 0) as open
      from (select k.kind from kind k union all select null) k
      left join policy p on p.kind is not distinct from k.kind
      left join claim c on c.kind is not distinct from k.kind
)
select json_build_object('from', $1::date, 'to', $2::date, 'kinds', json_agg(json_build_object(
       'kind', coalesce(l.kind, 'all'), 'policies', l.policies, 'firms', l.firms,
       'sum_insured', yuan_text(l.sum_insured), 'premium', yuan_text(l.premium), 'claims', l.claims,
       'claimed', yuan_text(l.claimed), 'paid', yuan_text(l.paid), 'open', yuan_text(l.open))
       order by l.kind nulls last))::text as document
  from line l
