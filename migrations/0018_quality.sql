-- How well each bank reports: what came late, what is missing, what was refused or corrected, and what contradicts
-- itself. Two sections of the quarterly report, made of facts as the others are.

-- A quarter's records are due so many days after it; counts from the quarter that holds effective_from.
create table reporting_deadline (
    effective_from date primary key,
    days int not null constraint reporting_deadline_range check (days between 1 and 366),
    source text not null,
    assumed boolean not null
);
insert into reporting_deadline values ('1900-01-01', 15, '季后 15 日内报送:假定,未见公布的期限', true);
grant select on reporting_deadline to pledged_app;

create function shanghai_day(t timestamptz) returns date language sql immutable parallel safe as
    $$ select (t at time zone 'Asia/Shanghai')::date $$;
create function quarter_end(d date) returns date language sql immutable parallel safe as
    $$ select (date_trunc('quarter', d) + interval '3 months')::date - 1 $$;
-- The last day on which a record of that day is in time: the same for all days of a quarter.
create function reporting_due(on_day date) returns date language sql stable as $$
    select quarter_end(on_day) + (select x.days from reporting_deadline x where x.effective_from <= quarter_end(on_day)
                                   order by x.effective_from desc limit 1)
$$;
-- When a record was first told of. Runs as the owner: whoever may see a record now may know how long it took.
create function first_recorded(id uuid) returns timestamptz
    language sql stable security definer set search_path = public, pg_temp as
    $$ select r.recorded_at from record r where r.id = $1 and r.version = 1 $$;

-- By bank: loans and loan events of the quarter and how many came late; loans whose term ended (from the last day of the
-- quarter before to the day before cut) with no word of what became of them by cut; 1 when a bank with loans on its
-- books told nothing at all of the quarter. Nothing is looked up of a loan that an answer does not need.
create function facts_reporters(first date, cut date, known_at timestamptz, basis text) returns setof report_fact
    language sql stable as $$
    with due as materialized (
        select (reporting_due(first) + 1)::timestamp at time zone 'Asia/Shanghai' as late_from
    ),
    told as (
        select l.org_id, l.id, l.version, 'loan' as type, null::text as reference, l.borrower as firm,
               case when l.version = 1 then l.recorded_at else first_recorded(l.id) end >= (select d.late_from from due d) as late
          from loan l
         where l.signed_on between first and cut
           and (known_at is null or l.recorded_at <= known_at)
           and not exists (select from loans_replaced(known_at) x where x.id = l.id and x.version = l.version)
        union all
        select e.org_id, e.id, 1, 'loan_event', e.reference, null, e.recorded_at >= (select d.late_from from due d)
          from loan_event e
         where e.on_day between first and cut
           and (known_at is null or e.recorded_at <= known_at)
    ),
    ending as materialized (
        select l.*, l.id in (select e.loan_id from loan_event e where known_at is null or e.recorded_at <= known_at) as has_events
          from loan l
         where (l.matures_on between first - 1 and cut - 1
                or l.id in (select e.loan_id from loan_event e
                             where e.kind = 'extended' and e.matures_on between first - 1 and cut - 1
                               and (known_at is null or e.recorded_at <= known_at)))
           and (known_at is null or l.recorded_at <= known_at)
           and not exists (select from loans_replaced(known_at) x where x.id = l.id and x.version = l.version)
    ),
    missing as materialized (
        select n.org_id, n.id, n.version, n.borrower, n.amount_fen, n.signed_on
          from ending n
         where not n.has_events and n.disbursed_on <= cut
        union all
        select n.org_id, n.id, n.version, n.borrower, n.amount_fen, n.signed_on
          from ending n
         cross join lateral (
               select x.* from loan_fold((select l from loan l where l.id = n.id and l.version = n.version), cut, known_at, null) x
                where n.has_events
               offset 0) f
         where f.state = 'matured' and f.matures_on between first - 1 and cut - 1 -- as extended
    ),
    silent as (
        select o.id, o.code
          from org o
         where o.kind = 'bank'
           and not exists (select from told t where t.org_id = o.id)
           and exists (select from loan l
                        where l.org_id = o.id and l.disbursed_on < first
                          and (known_at is null or l.recorded_at <= known_at)
                          and not has_later(l.id, l.version, known_at)
                          and loan_state(l, cut, known_at) in ('active', 'overdue', 'matured'))
    )
    select o.code, x.id, x.version, x.type, coalesce(x.reference, record_key(x.id, x.version)), x.firm, x.v
      from (
           select t.org_id, t.id, t.version, t.type, t.reference, t.firm,
                  array[case when t.type = 'loan' then 1 else 0 end,
                        case when t.type = 'loan' and t.late then 1 else 0 end,
                        case when t.type = 'loan_event' then 1 else 0 end,
                        case when t.type = 'loan_event' and t.late then 1 else 0 end,
                        case when m.id is not null then 1 else 0 end, coalesce(m.amount_fen, 0), 0]::bigint[] as v
             from told t
             left join missing m on m.id = t.id
           union all
           select m.org_id, m.id, m.version, 'loan', null, m.borrower, array[0, 0, 0, 0, 1, m.amount_fen, 0]::bigint[]
             from missing m
            where not m.signed_on between first and cut
           union all
           select s.id, md5('silent ' || s.id)::uuid, 1, 'org', s.code, null, array[0, 0, 0, 0, 0, 0, 1]::bigint[]
             from silent s) x
      join org o on o.id = x.org_id
$$;

-- By bank: records of the quarter that came in, lines that were refused, numbers used again for other content, and
-- corrections made, by the clock; and loans of the quarter, or with an event in it, whose records contradict each
-- other: pledge released while principal was owed; settled for 60 days and the pledge not released; a pledge number
-- that another loan has as well; a pledge number of another year than the registration; drawn for 30 days without
-- registration.
create function facts_quality(first date, cut date, known_at timestamptz, basis text) returns setof report_fact
    language sql stable as $$
    with subject as materialized (
        select l.*,
               l.id in (select e.loan_id from loan_event e -- what the life of a loan is asked for needs one of these
                         where e.kind in ('settled', 'pledge_released') and e.on_day <= cut
                           and (known_at is null or e.recorded_at <= known_at)) as ended
          from loan l
         where l.signed_on <= cut
           and (known_at is null or l.recorded_at <= known_at)
           and not exists (select from loans_replaced(known_at) x where x.id = l.id and x.version = l.version)
           and (l.signed_on >= first
                or l.id in (select e.loan_id from loan_event e
                             where e.on_day between first and cut and (known_at is null or e.recorded_at <= known_at)))
    ),
    judged as (
        select s.*, f.state, f.released_on, f.outstanding_fen,
               case when f.state = 'settled' then (
                    select max(e.on_day) from loan_event e
                     where e.loan_id = s.id and e.kind = 'settled' and e.on_day <= cut
                       and (known_at is null or e.recorded_at <= known_at)) end as settled_on
          from subject s
          left join lateral (
               select x.* from loan_fold((select l from loan l where l.id = s.id and l.version = s.version), cut, known_at, null) x
                where s.ended
               offset 0) f on true -- not run through for nothing: the condition stays inside
    ),
    contradiction as materialized (
        select x.*
          from (select j.org_id, j.id, j.version, j.borrower,
                       coalesce(j.released_on is not null and j.outstanding_fen > 0 and j.state <> 'written_off', false)
                           as released_owing,
                       coalesce(j.released_on is null and j.settled_on + 60 < cut, false) as settled_pledged,
                       j.pledge_no is not null
                           and exists (select from loan x
                                        where x.pledge_no = j.pledge_no and x.id <> j.id
                                          and (known_at is null or x.recorded_at <= known_at)
                                          and not has_later(x.id, x.version, known_at)) as no_twice,
                       coalesce(substring(j.pledge_no from '^Y?([0-9]{4})')::int <> extract(year from j.registered_on), false)
                           as no_year,
                       coalesce(j.disbursed_on + 30 < cut and j.registered_on is null, false) as unregistered
                  from judged j) x
         where x.released_owing or x.settled_pledged or x.no_twice or x.no_year or x.unregistered
    ),
    received as (
        select r.org_id, r.id, max(r.version) as version, min(r.type) as type, count(*) as records,
               count(*) filter (where r.version > 1) as corrections
          from record r
          join org o on o.id = r.org_id and o.kind in ('bank', 'insurer', 'guarantor')
         where r.recorded_at >= (first::timestamp at time zone 'Asia/Shanghai')
           and r.recorded_at < ((cut + 1)::timestamp at time zone 'Asia/Shanghai')
           and (known_at is null or r.recorded_at <= known_at)
         group by r.org_id, r.id
    )
    select o.code, x.id, x.version, x.type, coalesce(x.reference, record_key(x.id, x.version)), x.firm, x.v
      from (
           select coalesce(c.org_id, r.org_id) as org_id, coalesce(c.id, r.id) as id, coalesce(c.version, r.version) as version,
                  coalesce(r.type, 'loan') as type, null::text as reference, c.borrower as firm,
                  array[coalesce(r.records, 0), 0, 0, coalesce(r.corrections, 0),
                        coalesce(c.released_owing, false)::int, coalesce(c.settled_pledged, false)::int,
                        coalesce(c.no_twice, false)::int, coalesce(c.no_year, false)::int,
                        coalesce(c.unregistered, false)::int, coalesce(r.records, 0)]::bigint[] as v
             from contradiction c
             full join received r on r.id = c.id
           union all
           select i.org_id, md5('intake ' || i.org_id || ' ' || i.type || ' ' || i.on_day)::uuid, 1, 'intake',
                  i.type || ' ' || i.on_day, null, array[0, i.refused, i.conflicts, 0, 0, 0, 0, 0, 0, i.refused]::bigint[]
             from intake i
            where i.on_day between first and cut
              and (known_at is null or i.on_day < shanghai_day(known_at))) x
      join org o on o.id = x.org_id
$$;
create index record_by_instant on record (recorded_at);
create index loan_by_pledge_no on loan (pledge_no) where pledge_no is not null;
