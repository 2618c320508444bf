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
-- The last day on which a record of that day is in time.
create function reporting_due(on_day date) returns date language sql stable as $$
    select quarter_end(on_day) + (select x.days from reporting_deadline x where x.effective_from <= on_day
                                   order by x.effective_from desc limit 1)
$$;
-- When a record was first told of. Runs as the owner: whoever may see a record now may know how long it took.
create function first_recorded(id uuid) returns timestamptz
    language sql stable security definer set search_path = public, pg_temp as
    $$ select r.recorded_at from record r where r.id = $1 and r.version = 1 $$;

-- By bank: loans and loan events of the quarter and how many came late; loans whose term ended in the quarter with no
-- word of what became of them by cut; 1 when a bank with loans on its books told nothing at all of the quarter.
create function facts_reporters(first date, cut date, known_at timestamptz, basis text) returns setof report_fact
    language sql stable as $$
    with told as (
        select l.org_id, l.id, l.version, 'loan' as type, record_key(l.id, l.version) as reference, l.firm,
               shanghai_day(first_recorded(l.id)) > reporting_due(l.on_day) as late
          from loans_known(cut, known_at, 'signed_on') l
         where l.on_day >= first
        union all
        select e.org_id, e.id, 1, 'loan_event', e.reference, null,
               shanghai_day(e.recorded_at) > reporting_due(e.on_day)
          from loan_event e
         where e.on_day between first and cut
           and (known_at is null or e.recorded_at <= known_at)
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
    select x.row_key, x.id, max(x.version), min(x.type), min(x.reference), max(x.firm),
           array[sum(x.v[1]), sum(x.v[2]), sum(x.v[3]), sum(x.v[4]), sum(x.v[5]), sum(x.v[6]), sum(x.v[7])]::bigint[]
      from (
    select o.code as row_key, t.id, t.version, t.type, t.reference, t.firm,
           array[case when t.type = 'loan' then 1 else 0 end,
                 case when t.type = 'loan' and t.late then 1 else 0 end,
                 case when t.type = 'loan_event' then 1 else 0 end,
                 case when t.type = 'loan_event' and t.late then 1 else 0 end,
                 0, 0, 0]::bigint[] as v
      from told t
      join org o on o.id = t.org_id
    union all
    select o.code, l.id, l.version, 'loan', record_key(l.id, l.version), l.firm,
           array[0, 0, 0, 0, 1, l.amount_fen, 0]::bigint[]
      from loans_standing(cut, known_at) l
      join org o on o.id = l.org_id
     where l.state = 'matured'
       and l.matures_on between first and cut - 1 -- as extended
    union all
    select s.code, md5('silent ' || s.id)::uuid, 1, 'org', s.code, null, array[0, 0, 0, 0, 0, 0, 1]::bigint[]
      from silent s
      ) x
     group by x.row_key, x.id
$$;

-- By bank: records of the quarter that came in, lines that were refused, numbers used again for other content, and
-- corrections made, by the clock; and loans of the quarter, or with an event in it, whose records contradict each
-- other: pledge released while principal was owed; settled for 60 days and the pledge not released; a pledge number
-- that another loan has as well; a pledge number of another year than the registration; drawn for 30 days without
-- registration.
create function facts_quality(first date, cut date, known_at timestamptz, basis text) returns setof report_fact
    language sql stable as $$
    with subject as (
        select l.*
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
               (select max(e.on_day) from loan_event e where e.loan_id = s.id and e.kind = 'settled' and e.on_day <= cut
                   and (known_at is null or e.recorded_at <= known_at)) as settled_on
          from subject s
          left join lateral loan_fold(s, cut, known_at, null) f -- what it is asked for needs one of these
                 on s.id in (select e.loan_id from loan_event e
                              where e.kind in ('settled', 'pledge_released') and e.on_day <= cut
                                and (known_at is null or e.recorded_at <= known_at))
    )
    select x.row_key, x.id, max(x.version), min(x.type), min(x.reference), max(x.firm),
           array[sum(x.v[1]), sum(x.v[2]), sum(x.v[3]), sum(x.v[4]), sum(x.v[5]), sum(x.v[6]), sum(x.v[7]), sum(x.v[8]),
                 sum(x.v[9]), sum(x.v[1]) + sum(x.v[2])]::bigint[]
      from (
    select o.code as row_key, j.id, j.version, 'loan' as type, record_key(j.id, j.version) as reference, j.borrower as firm,
           array[0, 0, 0, 0,
                 case when j.released_on is not null and j.outstanding_fen > 0 and j.state <> 'written_off' then 1 else 0 end,
                 case when j.state = 'settled' and j.released_on is null and j.settled_on + 60 < cut then 1 else 0 end,
                 case when j.pledge_no is not null
                       and exists (select from loan x
                                    where x.pledge_no = j.pledge_no and x.id <> j.id
                                      and (known_at is null or x.recorded_at <= known_at)
                                      and not has_later(x.id, x.version, known_at)) then 1 else 0 end,
                 case when substring(j.pledge_no from '^Y?([0-9]{4})')::int <> extract(year from j.registered_on) then 1
                      else 0 end,
                 case when j.disbursed_on + 30 < cut and j.registered_on is null then 1 else 0 end]::bigint[] as v
      from judged j
      join org o on o.id = j.org_id
    union all
    select o.code, r.id, r.version, r.type, r.key, null,
           array[1, 0, 0, case when r.version > 1 then 1 else 0 end, 0, 0, 0, 0, 0]::bigint[]
      from record r
      join org o on o.id = r.org_id and o.kind in ('bank', 'insurer', 'guarantor')
     where r.recorded_at >= (first::timestamp at time zone 'Asia/Shanghai')
       and r.recorded_at < ((cut + 1)::timestamp at time zone 'Asia/Shanghai')
       and (known_at is null or r.recorded_at <= known_at)
    union all
    select o.code, md5('intake ' || i.org_id || ' ' || i.type || ' ' || i.on_day)::uuid, 1, 'intake',
           i.type || ' ' || i.on_day, null, array[0, i.refused, i.conflicts, 0, 0, 0, 0, 0, 0]::bigint[]
      from intake i
      join org o on o.id = i.org_id
     where i.on_day between first and cut
       and (known_at is null or i.on_day < shanghai_day(known_at))
      ) x
     group by x.row_key, x.id
$$;
create index record_by_instant on record (recorded_at);
create index loan_by_pledge_no on loan (pledge_no) where pledge_no is not null;
