-- verify: defects of records, one row each; none means sound.
-- -> defect text, place text
select 'record body does not match its hash' as defect, r.id || ' v' || r.version as place
  from record r
 where sha256(convert_to(r.body::text, 'UTF8')) <> r.sha256
union all
select 'record without a leaf in the log', r.id || ' v' || r.version
  from record r
 where not exists (select from log_leaf l where l.record_id = r.id and l.version = r.version)
union all
select 'leaf without a record', l.no::text
  from log_leaf l
 where not exists (select from record r where r.id = l.record_id and r.version = l.version)
union all
select 'record whose earlier version is missing', r.id || ' v' || r.version
  from record r
 where r.version > 1
   and not exists (select from record e where e.id = r.id and e.version = r.version - 1)
union all
select 'loan record without its typed row', r.id || ' v' || r.version
  from record r
 where r.type = 'loan'
   and not exists (select from loan l where l.id = r.id and l.version = r.version)
union all
select 'typed loan without a record', l.id || ' v' || l.version
  from loan l
 where not exists (select from record r where r.id = l.id and r.version = l.version)
union all
select 'typed loan that differs from its record', l.id || ' v' || l.version
  from loan l
  join record r on r.id = l.id and r.version = l.version
 where l.amount_fen <> ((r.body ->> 'amount')::numeric * 100)::bigint
    or l.ip_amount_fen <> ((r.body ->> 'ip_amount')::numeric * 100)::bigint
    or l.signed_on <> (r.body ->> 'signed_on')::date
    or l.district <> r.body ->> 'district'
    or l.borrower <> r.body ->> 'borrower_uscc'
    or (l.borrower_name, l.product, l.industry, l.employees, l.first_loan, l.scheme)
       is distinct from
       (r.body ->> 'borrower_name', r.body ->> 'product', r.body ->> 'industry',
       (r.body ->> 'employees')::bigint, (r.body ->> 'first_loan')::boolean, r.body ->> 'scheme')
    or (l.disbursed_on, l.matures_on, l.registered_on)
       is distinct from
       ((r.body ->> 'disbursed_on')::date, (r.body ->> 'matures_on')::date,
       (r.body ->> 'registered_on')::date)
    or (l.rate_ppm, l.revenue_fen, l.assets_fen)
       is distinct from
       (((r.body ->> 'rate')::numeric * 10000)::int, ((r.body ->> 'revenue')::numeric * 100)::bigint,
       ((r.body ->> 'assets')::numeric * 100)::bigint)
    or (l.org_id, l.parties, l.recorded_at) is distinct from (r.org_id, r.parties, r.recorded_at)
    or l.patents + l.trademarks <> json_array_length(r.body -> 'ip')
union all
select 'loan event record without its typed row', r.id || ''
  from record r
 where r.type = 'loan_event'
   and not exists (select from loan_event e where e.id = r.id)
union all
select 'typed loan event that differs from its record', e.id || ''
  from loan_event e
  left join record r on r.id = e.id and r.type = 'loan_event'
 where (e.reference, e.kind, e.on_day, e.grade, e.matures_on, e.reverses, e.org_id, e.district)
       is distinct from
       (r.body ->> 'reference', r.body ->> 'kind', (r.body ->> 'on')::date, r.body ->> 'grade',
       (r.body ->> 'matures_on')::date, r.body ->> 'reverses', r.org_id, r.district)
    or (e.principal_fen, e.interest_fen)
       is distinct from
       (((r.body ->> 'principal')::numeric * 100)::bigint, ((r.body ->> 'interest')::numeric * 100)::bigint)
    or not exists (select from record l
                    where l.id = e.loan_id and l.org_id = e.org_id and l.key = r.body ->> 'contract_no')
union all
select 'loan whose events contradict each other', l.id || ' event ' || f.bad_event
  from loan l
 cross join lateral loan_fold(l, 'infinity', null, null) f
 where not has_later(l.id, l.version, null)
   and exists (select from loan_event e where e.loan_id = l.id)
   and f.bad_code is not null
union all
select 'record envelope that differs from its body', r.id || ' v' || r.version
  from record r
 where r.type = 'loan'
   and ((r.key, r.subject, r.district, r.on_day)
        is distinct from
        (r.body ->> 'contract_no', r.body ->> 'borrower_uscc', r.body ->> 'district',
        (r.body ->> 'signed_on')::date)
        or r.parties <> array_remove(array[r.body ->> 'guarantor_uscc', r.body ->> 'insurer_uscc'], null))
union all
select 'record of another organisation than its author''s', r.id || ' v' || r.version
  from record r
  join org o on o.id = r.org_id
 where right(r.recorded_by, length(o.code) + 1) <> '@' || o.code
union all
select 'pledged rights that differ from the record', r.id || ' v' || r.version
  from record r
  join loan l on l.id = r.id and l.version = r.version
 where (select string_agg(concat_ws(' ', p.number, p.kind, p.owner, p.org_id, p.parties, p.district,
               p.from_day, p.until_day), ',' order by p.number)
          from loan_ip p
         where p.record_id = r.id and p.version = r.version)
       is distinct from
       (select string_agg(concat_ws(' ', x.number, x.kind, x.owner_uscc, r.org_id, r.parties,
               r.district, coalesce(l.registered_on, l.signed_on),
               greatest(l.matures_on, coalesce(l.registered_on, l.signed_on))), ',' order by x.number)
          from json_to_recordset(r.body -> 'ip') as x(number text, kind text, owner_uscc text))
 order by 1, 2
