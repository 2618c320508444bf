-- What the register of pledges secures (registered_amount, 最高额) is a figure of its own beside the loan's amount: the
-- report's sections by district and bank tell it. A loan of which no other figure is told is registered for its amount.
alter type loan_version add attribute registered_fen bigint;
alter table city_rollup add column registered_fen bigint;
create or replace view loan_classed as
    select l.borrower, quarter_start(l.signed_on) as quarter,
           loan_class(l.org_id, l.district, l.patents, l.trademarks, k.kind, l.product, l.size, l.industry,
                      l.amount_fen, l.first_loan) as class,
           l.amount_fen, l.ip_amount_fen, coalesce(l.registered_fen, l.amount_fen) as registered_fen
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
           sum(x.registered_fen)::bigint as registered_fen
      from (select l.class, l.quarter, count(*) as loans, sum(l.amount_fen) as amount_fen,
                   sum(l.registered_fen) as registered_fen
              from loan_classed l
             group by l.class, l.quarter) x
     cross join lateral rollup_class_rows(x.class) k
     group by 1, 2, 3;
update city_rollup r
   set registered_fen = x.registered_fen
  from city_rollup_rows x
 where x.section = r.section and x.row_key = r.row_key and x.quarter = r.quarter;
update city_rollup set registered_fen = 0 where registered_fen is null; -- rows whose loans have all gone
alter table city_rollup alter column registered_fen set not null;

-- They give the figure as well.
drop function if exists loans_counted(date, date, timestamptz, text);
drop function if exists loans_known(date, timestamptz, text);
drop function if exists rollup_city_sums(text, date, date);
