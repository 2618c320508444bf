-- quarter_list: the quarters that there can be a report of: from the first with a loan that the reader sees the sums
-- of, or from the first of the plan, to the running one.
-- -> quarter text, complete bool, loans int8, sealed_at text
with told as (
    select r.quarter, sum(r.loans)::bigint as loans
      from loan_rollup r
     group by r.quarter
    having sum(r.loans) > 0
)
select quarter_text(q.first::date) as quarter,
       q.first + interval '3 months' <= today() as complete,
       coalesce(t.loans, 0) as loans,
       instant_text(s.sealed_at) as sealed_at
  from generate_series(least((select min(x.quarter) from told x),
                       (select make_date(min(p.first_year), 1, 1) from plan_at(null) p))::timestamp,
                       date_trunc('quarter', today()::timestamp), interval '3 months') as q(first)
  left join told t on t.quarter = q.first::date
  left join report_seal s on s.quarter = quarter_text(q.first::date)
 order by q.first
