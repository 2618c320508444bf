-- verify_claims: defects of schemes, claims and their steps: a row each
-- -> defect text, place text
select 'scheme that differs from its record' as defect, s.id || '' as place
  from scheme s
 where not exists (select from submission r
                    where r.id = s.id and r.type = 'scheme' and r.body::text = s.body::text
                      and not record_has_later(r.id, r.version, null))
    or (s.code, s.effective_from, s.effective_to)
       is distinct from
       (s.body ->> 'code', (s.body ->> 'effective_from')::date, (s.body ->> 'effective_to')::date)
union all
select 'scheme in force without an approval on record', s.id || ''
  from scheme s
 where not exists (select from submission r
                    where r.type = 'scheme_approval' and r.body ->> 'scheme' = s.id::text
                      and r.recorded_by = s.approved_by)
union all
select 'scheme in force that who wrote it approved', s.id || ''
  from scheme s
 where exists (select from submission r
                where r.id = s.id and r.type = 'scheme' and r.recorded_at <= s.approved_at
                  and person_was_same(r.recorded_by, s.approved_by, s.approved_at))
union all
select 'claim that differs from its record', coalesce(c.id, r.id) || ''
  from claim c
  full join (select * from submission where type = 'claim') r on r.id = c.id
 where (c.reference, c.kind, c.on_day, c.org_id)
       is distinct from
       (r.body ->> 'reference', r.body ->> 'kind',
       coalesce((r.body ->> 'on')::date, (r.recorded_at at time zone 'Asia/Shanghai')::date), r.org_id)
    or c.received_on <> coalesce((r.body ->> 'received_on')::date, c.on_day)
union all
select 'claim whose split does not add up', c.id || ''
  from claim c
  join claim_now n on n.claim = c.id
 where (select sum((x ->> 2)::bigint) from json_array_elements(c.split) x) <> c.net_loss_fen
    or (select sum((x ->> 2)::bigint) from json_array_elements(n.split) x) <> n.net_loss_fen
union all
select 'claim whose amounts its rules do not give', c.id || ' ' || x.what
  from claim c
  join claim_now n on n.claim = c.id
 cross join lateral (values ('as it was filed', c.net_loss_fen, c.fund_fen, c.split, c.account -> 'lines'),
                            ('as it stands', n.net_loss_fen, n.fund_fen, n.split, n.account -> 'lines')) as x(
       what, net_loss_fen, fund_fen, split, lines)
 where x.lines -> 0 ->> 'text' is not null -- as claims are judged today
   and not verify_claim_given(c, x.net_loss_fen, x.fund_fen, x.split, x.lines)
union all
select 'claim whose net loss its parts do not give', c.id || ''
  from claim c
  join claim_now n on n.claim = c.id
 cross join lateral (
       select n.principal_fen + n.interest_fen + n.costs_fen as told,
              max(fen_of(m ->> 'amount')) filter (where m ->> 'line' = 'paid_elsewhere') as rest,
              string_to_array(max(m ->> 'formula') filter (where m ->> 'line' = 'ip_part'), ' ') as part
         from json_array_elements(n.account -> 'lines') m) w -- part: {whole, ×, up, /, down}
 where verify_claim_alone(c)
   and n.account -> 'lines' -> 0 ->> 'text' is not null
   and (w.rest > w.told
        or n.net_loss_fen <> coalesce(round(coalesce(w.rest, w.told)::numeric * fen_of(w.part[3]) / fen_of(w.part[5])),
                                      w.rest, w.told)
        or fen_of(w.part[3]) > fen_of(w.part[5]))
union all
select 'claim of more than was owed on its loan', c.id || ''
  from claim c
  join claim_now n on n.claim = c.id
 where c.claimant = 'bank' and n.account -> 'lines' -> 0 ->> 'text' is not null -- as claims are judged today
   and n.principal_fen > verify_claim_owed(c)
union all
select 'claim of more interest than had run on its loan', c.id || ''
  from claim c
  join claim_now n on n.claim = c.id
 where c.claimant = 'bank' and n.account -> 'lines' -> 0 ->> 'text' is not null -- as claims are judged today
   and n.interest_fen > 0
   and n.interest_fen > verify_claim_interest(c)
union all
select 'claim of more costs than were accepted', c.id || ''
  from claim c
  join claim_now n on n.claim = c.id
 where n.costs_fen > (select coalesce(sum(s.accepted_fen), 0)
                        from claim_step s
                        join claim o on o.id = s.claim
                       where o.loan_id = c.loan_id and o.scheme_code = c.scheme_code and o.claimant = c.claimant)
union all
select 'claim step that differs from its record', coalesce(s.id, r.id) || ''
  from (select * from claim_step where step <> 'lapse') s -- the ledger's own, of the day on which a term ended
  full join (select * from submission where type = 'claim_step') r on r.id = s.id
 where (s.claim::text, s.step, s.on_day, s.recorded_by)
       is distinct from
       (r.body ->> 'claim', r.body ->> 'step',
       coalesce((r.body ->> 'on')::date, (r.recorded_at at time zone 'Asia/Shanghai')::date), r.recorded_by)
    or s.step = 'recover' and s.amount_fen is distinct from fen_of(r.body ->> 'amount')
    or s.accepted_fen <> coalesce(fen_of(r.body ->> 'costs_accepted'), 0)
union all
select 'claim step that was not legal', s.id || ''
  from claim_step s
  left join claim_step e on e.claim = s.claim and e.n = s.n - 1
 where not exists (select from claim_transition t
                    where t.state = coalesce(e.state, case when s.n = 1 then 'submitted' end)
                      and t.step = s.step
                      and (t.next = s.state or s.step = 'cure' and s.state = 'closed')) -- as cures did at first
    or (s.step in ('approve', 'pay')
        and (s.maker is null
             or s.maker not in (e.recorded_by, ( -- of the step that this one checks, whatever was in between
                 select p.recorded_by
                   from claim_step p
                  where p.claim = s.claim and p.n < s.n
                    and p.step = case s.step when 'approve' then 'accept' else 'approve' end
                  order by p.n desc
                  limit 1))))
    or s.step = 'receive'
       and not exists (select from claim_step w
                        where w.id = s.told and w.claim = s.claim and w.step = 'recover' and w.amount_fen = s.amount_fen
                          and s.maker = w.recorded_by)
    or s.step = 'refuse'
       and not exists (select from claim_step w
                        where w.id = coalesce(s.told, s.word) and w.claim = s.claim and w.step in ('recover', 'cure'))
    or s.step = 'lapse' and (s.recorded_by <> 'pledged' or s.on_day <= e.due_on)
union all
select 'claim step by whoever took the one that it checks', s.id || ''
  from claim_step s
 where person_was_same(s.maker, s.recorded_by, s.recorded_at)
    or (s.step in ('confirm', 'accept', 'approve', 'pay', 'accept_costs', 'receive')
        or s.step = 'close' and exists (select from claim_step o
                                         where o.claim = s.claim and o.n < s.n and o.step = 'cure'
                                           and not exists (select from claim_step d
                                                            where d.told = o.id and d.step = 'refuse')))
       and exists (
           select from (select r.recorded_by as by_whom from submission r where r.id = s.claim
                        union
                        select o.recorded_by from claim_step o
                         where o.claim = s.claim and o.n < s.n
                           and (o.step = 'resubmit'
                                or o.step in ('recover', 'cure') and s.step not in ('receive', 'close', 'accept_costs')
                                or o.step = 'cure' and s.step = 'close'
                                   and not exists (select from claim_step d
                                                    where d.told = o.id and d.step = 'refuse'))) x
            where person_was_same(x.by_whom, s.recorded_by, s.recorded_at))
union all
select 'costs that were accepted by whoever told them', s.id || ''
  from claim_step s
 cross join lateral (
       select sum(y.accepted) filter (where y.is_his) as accepted, sum(y.costs) filter (where y.is_his) as his,
              sum(y.costs) filter (where not y.is_his) as others,
              -- of others' costs: who accepts accepts those that he had told by then first
              greatest(max(y.fen) filter (where not y.is_his and y.accepted is not null), 0) as taken
         from (select o.accepted, o.costs, o.is_his,
                      sum(case when o.is_his then -o.costs else o.accepted end) over (order by o.n) as fen
                 from (select z.n, case when z.step = 'accept_costs' then z.accepted_fen end as accepted,
                              case when z.step <> 'accept_costs' and z.fund_fen is not null
                                   then z.costs_fen end as costs,
                              person_was_same(case when z.step = 'receive' then z.maker else z.recorded_by end,
                                              s.recorded_by, s.recorded_at) as is_his
                         from claim_step z
                        where z.claim = s.claim and z.n <= s.n and z.step in ('recover', 'receive', 'accept_costs')
                       offset 0) o) y) t
 where s.step = 'accept_costs' and t.his > 0 and t.accepted + coalesce(t.taken, 0) > coalesce(t.others, 0)
union all
select 'claim that was paid upon an approval by a token that was revoked', s.id || ''
  from claim_step s
 cross join lateral (
       select a.id from claim_step a
        where a.claim = s.claim and a.step = 'approve' and a.n < s.n order by a.n desc limit 1) a
 where s.step = 'pay' and verify_disowned_before(a.id, s.id)
union all
select 'claim step whose money is not where it should be', s.id || ''
  from claim_step s
  join claim c on c.id = s.claim
  join claim_now n on n.claim = s.claim
 where case when s.step in ('pay', 'accept_costs', 'recover', 'receive', 'cure', 'close') and s.fund_fen > 0
            then not exists (
            select from transfer t
             where t.id = s.id and t.cause_id = s.claim and t.amount_fen = s.fund_fen
               and 'fund:' || c.scheme_code
                   = case when s.step in ('pay', 'accept_costs') then t.credit else t.debit end)
            when s.step in ('approve', 'renew') then not exists (
            select from hold h where h.id = s.id and h.amount_fen = s.fund_fen)
            else s.transfer is not null end
    or (s.step = 'pay' and s.fund_fen <> n.fund_fen)
union all
select 'claim step whose money is not where it should be', s.id || ' ' || (x ->> 0)
  from claim_step s
 cross join lateral json_array_elements(s.funds) x
 where (x ->> 1)::bigint <> 0
   and not exists (select from transfer t
                    where t.id = claim_part_id(s.id, x ->> 0) and t.cause_id = s.claim
                      and t.amount_fen = abs((x ->> 1)::bigint)
                      and 'fund:' || (x ->> 0) = case when (x ->> 1)::bigint > 0 then t.credit else t.debit end)
   and not exists (select from hold h
                    where s.step in ('approve', 'renew') and h.id = claim_part_id(s.id, x ->> 0)
                      and h.account = 'fund:' || (x ->> 0) and h.amount_fen = (x ->> 1)::bigint)
union all
select 'claim that got back more than it was paid', c.id || ''
  from claim c
 where claims_paid_fen(c.loan_id, c.scheme_code, c.claimant, null, null) < 0
union all
select 'claims of a loan that took more than the last of them gives', c.id || ''
  from claim c
  join claim_now n on n.claim = c.id
  join scheme s on s.id = c.scheme
 cross join lateral claim_layers_of(scheme_terms_of(s.body), c.claimant) as y(layers)
 where n.paid and n.counts and claim_superseded_by(c) is null
   and n.account -> 'lines' -> 0 ->> 'text' is not null -- as claims are judged today
   and claims_paid_fen(c.loan_id, c.scheme_code, c.claimant, null, null)
       > (n.split -> (claim_fund_at(array(select (x).party from unnest(y.layers) x),
                                    array(select (x).account from unnest(y.layers) x)) - 1) ->> 2)::bigint
union all
select 'claim that is not where its steps left it', c.id || ''
  from claim c
  left join claim_now n on n.claim = c.id
  left join lateral (
       select (array_agg(s.state order by s.n desc))[1] as state,
              (array_agg(s.due_on order by s.n desc) filter (where s.step <> 'lapse'))[1] as due_on,
              bool_or(s.step = 'pay') as paid, bool_or(s.step = 'withdraw')
              or claim_cured(c.id) and (array_agg(s.state order by s.n desc))[1] = 'closed' as gone,
              (array_agg(s.step order by s.n desc) filter (where s.step in ('return', 'resubmit')))[1] as sent
         from claim_step s
        where s.claim = c.id) t on true
 where (n.state, n.paid, n.due_on, n.counts, n.scheme_code, n.loan_id, n.borrower, n.org_id, n.year, n.part_up,
       n.part_down)
       is distinct from
       (coalesce(t.state, 'submitted'), coalesce(t.paid, false),
       case when t.state in ('returned', 'lapsed') then t.due_on end,
       not coalesce(t.gone, false) and t.sent is distinct from 'return'
       and not exists ( -- it went back with the claim that had taken it over
                select from claim o
                  join claim_now m on m.claim = o.id and m.state = 'closed'
                  join claim_step p on p.claim = o.id and p.step = 'pay'
                  join claim_step q on q.claim = c.id and q.step = 'pay' and q.recorded_at < p.recorded_at
                 where o.loan_id = c.loan_id and o.scheme_code = c.scheme_code and o.claimant = c.claimant
                   and claim_cured(o.id)),
       c.scheme_code, c.loan_id, c.borrower, c.org_id,
       case when exists ( -- what is claimed in parts counts in the year of the first
                 select from claim o
                   join claim_now m on m.claim = o.id and m.paid and m.year = n.year
                  where o.loan_id = c.loan_id and o.scheme_code = c.scheme_code and o.claimant = c.claimant
                    and o.recorded_at < c.recorded_at)
            then n.year else extract(year from c.on_day)::int end, c.part_up, c.part_down)
 order by 1, 2
