-- How many patents and trademarks are pledged is published beside the loans: the sums of the city keep both numbers.
alter type loan_version add attribute patents bigint, add attribute trademarks bigint;
alter table city_rollup add column patents bigint, add column trademarks bigint;
create or replace view loan_classed as
    select l.borrower, quarter_start(l.signed_on) as quarter,
           loan_class(l.org_id, l.district, l.patents, l.trademarks, k.kind, l.product, l.size, l.industry,
                      l.amount_fen, l.first_loan) as class,
           l.amount_fen, l.ip_amount_fen, coalesce(l.registered_fen, l.amount_fen) as registered_fen,
           l.patents, l.trademarks
      from loan l
      left join (select p.record_id, p.version,
                        case when min(p.kind) = max(p.kind) then min(p.kind) else 'several' end as kind
                   from loan_ip p
                  group by 1, 2) k on k.record_id = l.id and k.version = l.version
     where not exists (select from loan later
                        where later.id = l.id and later.version = l.version + 1 and later.version > 1)
       and not exists (select from loan_void v where v.loan_id = l.id and v.until_at = 'infinity');
create or replace view city_rollup_rows as
    select k.section, k.row_key, x.quarter, sum(x.loans)::bigint as loans, sum(x.amount_fen)::bigint as amount_fen,
           sum(x.registered_fen)::bigint as registered_fen, sum(x.patents)::bigint as patents,
           sum(x.trademarks)::bigint as trademarks
      from (select l.class, l.quarter, count(*) as loans, sum(l.amount_fen) as amount_fen,
                   sum(l.registered_fen) as registered_fen, sum(l.patents) as patents, sum(l.trademarks) as trademarks
              from loan_classed l
             group by l.class, l.quarter) x
     cross join lateral rollup_class_rows(x.class) k
     group by 1, 2, 3;
update city_rollup r
   set patents = x.patents, trademarks = x.trademarks
  from city_rollup_rows x
 where x.section = r.section and x.row_key = r.row_key and x.quarter = r.quarter;
update city_rollup set patents = 0, trademarks = 0 where patents is null; -- rows whose loans have all gone
alter table city_rollup alter column patents set not null, alter column trademarks set not null;
drop function if exists rollup_city_sums(text, date, date);
