-- A cover weighs in its pool what is owed of the part that it covers (coverage_weight_fen).

truncate coverage_sum;
insert into coverage_sum
select c.scheme_code, c.org_id, c.on_day, coalesce(c.bad_from, 'infinity'),
       sum(case when c.amount_fen >= l.amount_fen then c.owed_fen
                else div(2 * c.owed_fen::numeric * c.amount_fen + l.amount_fen, 2 * l.amount_fen)::bigint end)
  from (select distinct on (x.loan_id, x.scheme_code) x.*
          from coverage x
         where x.owed_fen is not null
           and (x.state in ('covered', 'suspended')
                or x.state = 'ended' and (x.recorded_by = 'pledged' or exists (
                   select from coverage_step s where s.coverage = x.id and s.state = 'covered')))
         order by x.loan_id, x.scheme_code, x.no) c
  join loan l on l.id = c.loan_id and l.version = c.loan_version
 where c.owed_fen <> 0
 group by 1, 2, 3, 4;
