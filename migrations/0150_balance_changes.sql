-- What balances change by is told without what they do not: of ten figures of a loan two or three move in a quarter.
create or replace view balance_changes as
    select b.org_id, b.district, b.borrower, b.quarter, x.what::smallint as what, x.level - coalesce(x.stood, 0) as n
      from (select s.*, lag(s.v) over (partition by s.loan_id order by s.quarter) as stood from loan_balance s) b
     cross join lateral unnest(b.v, b.stood) with ordinality as x(level, stood, what)
     where x.level <> coalesce(x.stood, 0)
    union all
    select c.*
      from loan l
     cross join lateral rollup_eventless_changes(l.org_id, l.district, l.borrower, l.disbursed_on, l.matures_on,
                                                 l.amount_fen, 1) c
     where not exists (select from loan later
                        where later.id = l.id and later.version = l.version + 1 and later.version > 1)
       and not exists (select from loan_event e where e.loan_id = l.id);
