-- quarter_list: the quarters that there can be a report of: from the first with a loan that the reader sees the sums
-- of, or from the first of the plan, to the running one.
-- $1 say which sealed ones their loans no longer agree with bool  $2 titles in English bool
-- -> quarter text, title text, complete bool, current bool, loans int8, sealed_at text, restated bool
with told as (
    select r.quarter, sum(r.loans)::bigint as loans
      from loan_rollup r
     group by r.quarter
    having sum(r.loans) > 0
     union all -- who insures or guarantees loans of all banks has no sums of his own: they are few
    select date_trunc('quarter', l.signed_on::timestamp)::date, count(*)
      from loan l
     where (select my_kind()) in ('insurer', 'guarantor')
       and not record_has_later(l.id, l.version, null)
       and not loan_is_void(l.id, null)
     group by 1
),
moved as materialized (
    select distinct x.quarter from report_restated('infinity', null, null) x where $1::bool
)
select n.quarter,
       case when $2::bool then left(n.quarter, 4) || ' ' || right(n.quarter, 2)
            else format('%s 年第 %s 季度', left(n.quarter, 4), right(n.quarter, 1)) end as title,
       q.first + interval '3 months' <= today() as complete,
       q.first = date_trunc('quarter', today()::timestamp) as current,
       coalesce(t.loans, 0) as loans,
       instant_text(s.sealed_at) as sealed_at,
       case when $1::bool and s.quarter is not null then exists (select from moved m where m.quarter = s.quarter) end
           as restated
  from generate_series(least((select min(x.quarter) from told x),
                       (select make_date(min(p.first_year), 1, 1) from plan_at(null) p))::timestamp,
                       date_trunc('quarter', today()::timestamp), interval '3 months') as q(first)
 cross join lateral (select quarter_text(q.first::date) as quarter) n
  left join told t on t.quarter = q.first::date
  left join report_seal s on s.quarter = n.quarter
 order by q.first
