-- A loan counts once in the pool of a scheme, by the first of its covers that was in force.

truncate coverage_sum;
insert into coverage_sum
select c.scheme_code, c.org_id, c.on_day, coalesce(c.bad_from, 'infinity'), sum(c.owed_fen)
  from (select distinct on (x.loan_id, x.scheme_code) x.*
          from coverage x
         where x.owed_fen is not null
           and (x.state in ('covered', 'suspended')
                or x.state = 'ended' and (x.recorded_by = 'pledged' or exists (
                   select from coverage_step s where s.coverage = x.id and s.state = 'covered')))
         order by x.loan_id, x.scheme_code, x.no) c
 group by 1, 2, 3, 4;
