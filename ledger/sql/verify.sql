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
    or l.patents + l.trademarks <> json_array_length(r.body -> 'ip')
union all
select 'typed loan whose rights differ in number', l.id || ' v' || l.version
  from loan l
 where l.patents + l.trademarks <>
       (select count(*) from loan_ip p where p.record_id = l.id and p.version = l.version)
 order by 1, 2
