-- Sums over covers, kept so that no decision walks over a pool: what is owed and bad by bank and day, and what is
-- reserved of a scheme. coverage_sum_follow (functions/coverage.sql) writes them.

create table coverage_sum (
    scheme_code text not null,
    org_id bigint not null,
    on_day date not null,   -- from which the loans are covered
    bad_from date not null, -- infinity: not bad
    owed_fen bigint not null,
    primary key (scheme_code, org_id, on_day, bad_from)
);
create table coverage_reserved (
    scheme_code text primary key,
    fen bigint not null
);
alter table coverage_sum enable row level security;
alter table coverage_reserved enable row level security;

insert into coverage_sum
select c.scheme_code, c.org_id, c.on_day, coalesce(c.bad_from, 'infinity'), sum(c.owed_fen)
  from coverage c
 where c.owed_fen is not null
   and (c.state in ('covered', 'suspended')
        or c.state = 'ended' and (c.recorded_by = 'pledged' or exists (
           select from coverage_step s where s.coverage = c.id and s.state = 'covered')))
 group by 1, 2, 3, 4;
insert into coverage_reserved
select c.scheme_code, sum(c.amount_fen)
  from coverage c
 where c.state in ('requested', 'covered', 'suspended')
 group by 1;

-- In the order of recording: those after one that is judged, which are none but when it is judged again.
create index coverage_reserved_by_no on coverage (scheme_code, no)
    where state in ('requested', 'covered', 'suspended');
