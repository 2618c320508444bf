-- verify_sums: versions of loans that count now or did as of the mark of the sums by day, in the order of their firms,
-- quarters and classes
-- -> borrower text, quarter date, signed_on date, class text, amount_fen int8, registered_fen int8, patents int4,
--    trademarks int4, counts bool, known bool
with mark as materialized (
    select (select h.signed_at from days_mark m join log_head h on h.size = m.leaf) as at
)
select l.borrower, l.quarter, l.signed_on, l.class, l.amount_fen, l.registered_fen, l.patents, l.trademarks, x.counts,
       x.known
  from loan_version_classed l
 cross join mark
  left join loan later on later.id = l.id and later.version = l.version + 1 and later.version > 1
  left join (select v.loan_id, bool_or(v.until_at = 'infinity') as now, bool_or(loan_void_at(v, m.at)) as known
               from loan_void v
              cross join mark m
              group by 1) void on void.loan_id = l.id
 cross join lateral (
       select later.id is null and void.now is not true as counts,
              (l.recorded_at <= mark.at) is true and (later.recorded_at <= mark.at) is not true
              and void.known is not true as known) x
 where x.counts or x.known
 order by 1, 2, 4
