-- Cover of a loan under a scheme is decided when the loan is booked, frozen, and reserved in the order of recording;
-- claims are judged on it and on what is known now.

-- ---- terms of schemes ---------------------------------------------------------------------------

create type scheme_pause as (npl_ratio percent, amount yuan);
create type scheme_uplift as (share percent, "when" json);
alter type scheme_layer
    add attribute deductible yuan, -- the layer bears its share of what exceeds it
    add attribute floor yuan,      -- of a loss below it the layer bears nothing
    add attribute account text,    -- another fund, by the code of its scheme
    add attribute claimant text;   -- whose loss it shares; null: the bank's
alter type scheme_terms
    add attribute conditions json,
    add attribute file_within_days int,
    add attribute confirmation text,
    add attribute pause scheme_pause,
    add attribute leverage_duty int,
    add attribute claimants text[],
    add attribute other_compensation text,
    add attribute costs_max_share percent,
    add attribute public_max_share percent,
    add attribute uplifts scheme_uplift[];

-- ---- cover --------------------------------------------------------------------------------------

create table coverage (
    id uuid primary key,
    no bigint generated always as identity, -- the order of recording, in which room is reserved
    reference text not null,
    org_id bigint not null,
    parties text[] not null,
    district text not null,
    loan_id uuid not null,
    loan_version int not null, -- that decides: a correction counts only when it is taken over
    borrower text not null,
    scheme uuid references scheme, -- null: none of that code governs the loan
    scheme_code text not null,
    on_day date not null, -- from which the loan is covered
    paper boolean not null, -- granted before the ledger knew of it
    evidence text,
    amount_fen bigint not null constraint coverage_amount_range check (amount_fen >= 1),
    state text not null constraint coverage_state_known
        check (state in ('pending', 'requested', 'covered', 'refused', 'suspended', 'ended')),
    terms json,  -- frozen
    errors json, -- [[code, pointer, argument], …]
    room json,
    owed_fen bigint, -- of the loan, as told so far; null: of a cover made below, see coverage_fill
    bad_from date,                      -- the day from which it is bad if nothing more is told
    recorded_at timestamptz not null,
    recorded_by text not null,
    constraint coverage_evidence_needed check (not paper or evidence is not null)
);
create unique index coverage_live on coverage (loan_id) where state in ('pending', 'requested', 'covered', 'suspended');
create index coverage_by_loan on coverage (loan_id, no);
create index coverage_by_scheme on coverage (scheme_code, org_id, on_day);
create index coverage_pending on coverage (no) where state = 'pending';
create index coverage_unfilled on coverage (no) where owed_fen is null;
create index coverage_by_no on coverage (no);

create table coverage_step (
    coverage uuid not null references coverage,
    n int not null,
    step text not null,
    state text not null,
    reason text,
    shown json, -- of a judgement: what it said
    recorded_at timestamptz not null,
    recorded_by text not null,
    primary key (coverage, n)
);
call make_append_only('coverage_step');
alter table coverage enable row level security;
alter table coverage_step enable row level security;
grant select on coverage, coverage_step to pledged_app;

insert into record_type (name, writers, decides, answered) values
    ('coverage', '{bank}', true, true),
    ('coverage_step', '{bank,finance}', true, false),
    ('coverage_judgement', '{ip_office}', true, false);
update record_type set answered = true where name = 'loan';

-- Who paid, and since when it was told: the view was made before events told it.
create or replace view loan_event_standing as
    select e.*
      from loan_event e
     where e.kind <> 'reversed'
       and not exists (select from loan_event r where r.loan_id = e.loan_id and r.kind = 'reversed'
           and r.reverses = e.reference);

-- ---- claims -------------------------------------------------------------------------------------

-- The figure of a claim as its last step left it: it follows the facts until it is paid.
create table claim_now (
    claim uuid primary key references claim,
    scheme_code text not null,
    loan_id uuid not null,
    borrower text not null,
    org_id bigint not null,
    year int not null,       -- of its receipt
    state text not null,
    counts boolean not null, -- against limits
    paid boolean not null,
    due_on date,             -- by when a returned claim comes back
    principal_fen bigint not null,
    interest_fen bigint not null,
    costs_fen bigint not null, -- accepted
    net_loss_fen bigint not null,
    fund_fen bigint not null,
    funds json not null,   -- [[code, fen], …] of other funds
    split json not null,
    account json not null,
    part_up bigint not null,
    part_down bigint not null
);
create index claim_now_by_loan on claim_now (loan_id);
create index claim_now_by_scheme on claim_now (scheme_code, org_id, state);
create index claim_now_returned on claim_now (due_on) where state = 'returned';

-- Sums of what counted claims take of the limits of a scheme: kept, so that no decision walks over claims.
create table claim_sum (
    scheme_code text not null,
    what text not null, -- loan, enterprise, bank (of a year), fund (of a year), open (not yet paid)
    key text not null,
    fen bigint not null,
    primary key (scheme_code, what, key)
);
alter table claim_now enable row level security;
alter table claim_sum enable row level security;

alter table claim
    add column coverage uuid references coverage,
    add column claimant text not null default 'bank',
    add column received_on date;
alter table claim_step
    drop constraint claim_step_amount_range,
    add constraint claim_step_amount_range check (amount_fen >= 0),
    add column layers json,     -- [[party, fen], …] what each layer got back
    add column funds json not null default '[]', -- [[code, fen], …] out of (above nought) and into other funds
    add column accepted_fen bigint, -- of costs, by finance
    add column until_day date;  -- of a hold
alter table claim_transition disable trigger append_only;
update claim_transition set takers = takers || '{guarantor}' where 'bank' = any (takers);
alter table claim_transition enable trigger append_only;
insert into claim_transition (state, step, next, takers) values
    ('submitted', 'confirm', 'submitted', '{finance}'),
    ('returned', 'lapse', 'lapsed', '{}'),
    ('approved', 'renew', 'approved', '{finance}'),
    ('approved', 'release', 'accepted', '{finance}'),
    ('recovering', 'accept_costs', 'recovering', '{finance}'),
    ('closed', 'recover', 'closed', '{bank,guarantor,finance}'),
    ('closed', 'accept_costs', 'closed', '{finance}');
update record_type set writers = '{bank,guarantor}' where name = 'claim';
update record_type set writers = '{bank,guarantor,finance}' where name = 'claim_step';

drop type claim_case cascade;
drop type judgement cascade;
drop type step_case cascade;
drop type claim_told cascade;
drop type claim_step_told cascade;
create type claim_told as (
    reference text, loan text, kind text, loss_principal yuan, loss_interest yuan, costs json, "on" date,
        received_on date,
    evidence text
);
create type claim_step_told as (
    reference text, claim uuid, step text, "on" date, seen text, reason text, owner text, due_on date, amount yuan,
    costs json, costs_accepted yuan
);
-- What a claim is judged by: loan: as it decides; now: as its bank tells it today.
create type claim_case as (
    org bigint, told claim_told, claim_id uuid, claimant text, day date, received date, loan loan, now loan,
        life loan_life,
    cover coverage, scheme scheme, terms scheme_terms, costs_fen bigint, known_at timestamptz
);
create type judgement as (
    problems json[], loan_id uuid, parties text[], district text, borrower text, scheme scheme, cover coverage,
        claimant text,
    principal_fen bigint, interest_fen bigint, costs_fen bigint, net_loss fen, fund_fen fen, advance_fen fen,
        part_up bigint,
    part_down bigint, funds json, split json, account json[], headroom jsonb
);
create type step_case as (
    id uuid, told claim_step_told, step text, day date, claim claim, figure claim_now, last claim_step, next text,
        bank text,
    maker text, fund_fen fen, amount_fen bigint, costs_fen bigint, accepted_fen bigint, layers json, funds json,
        cause text, j judgement,
    problems json[]
);
drop function if exists scheme_leverage_room;
drop function if exists scheme_loans;
drop function if exists scheme_bank_pool;
drop function if exists claim_paid_out_fen;
drop function if exists claim_recovered_fund_fen;
drop function if exists claim_limit_day;
drop function if exists claim_receipt_day;
drop function if exists loan_late_change;
drop function if exists loan_borrowed_before;
drop function if exists claim_account_line(text, text, bigint);
drop function if exists claim_whole_fen(claim);
drop function if exists claim_seal(uuid);

-- Loans that named a scheme in force were covered by that: they stay so, from the day of their contract.
insert into coverage (id, reference, org_id, parties, district, loan_id, loan_version, borrower, scheme,
    scheme_code, on_day,
       paper, evidence, amount_fen, state, terms, recorded_at, recorded_by)
select gen_random_uuid(), r.key, l.org_id, l.parties, l.district, l.id, l.version, l.borrower, s.id, l.scheme,
    l.signed_on, true,
       'named by the loan before cover was recorded by itself',
       case when (s.body ->> 'ip_part_only')::boolean then l.ip_amount_fen else l.amount_fen end, 'covered',
       json_build_object('scheme', s.code, 'version', s.effective_from, 'first_loan', coalesce(l.first_loan, false)),
       l.recorded_at, 'pledged'
  from loan_latest l
  join submission r on r.id = l.id and r.version = l.version
 cross join lateral (
       select x.* from scheme x
        where x.code = l.scheme and x.effective_from <= l.signed_on
          and (x.effective_to is null or x.effective_to >= l.signed_on)
        order by x.effective_from desc
        limit 1) s
 where case when (s.body ->> 'ip_part_only')::boolean then l.ip_amount_fen else l.amount_fen end > 0;
alter table claim disable trigger append_only;
update claim c set coverage = v.id from coverage v where v.loan_id = c.loan_id;
alter table claim enable trigger append_only;

insert into claim_now (claim, scheme_code, loan_id, borrower, org_id, year, state, counts, paid, due_on,
    principal_fen, interest_fen,
       costs_fen, net_loss_fen, fund_fen, funds, split, account, part_up, part_down)
select c.id, c.scheme_code, c.loan_id, c.borrower, c.org_id, extract(year from c.on_day), coalesce(t.state,
    'submitted'),
       coalesce(t.state, 'submitted') <> 'returned' and not coalesce(t.gone, false)
       and not (c.kind = 'pre_compensation' and exists (
                select from claim o
                  join claim_step u on u.claim = o.id and u.step = 'cure'
                 where o.loan_id = c.loan_id and o.scheme_code = c.scheme_code and o.kind = 'compensation'
                   and o.recorded_at >= c.recorded_at)),
       coalesce(t.paid, false), case when t.state = 'returned' then t.due_on end, fen_of(r.body ->> 'loss_principal'),
       coalesce(fen_of(r.body ->> 'loss_interest'), 0), coalesce(fen_of(r.body ->> 'costs'), 0), c.net_loss_fen,
           c.fund_fen, '[]',
       c.split, c.account, c.part_up, c.part_down
  from claim c
  join submission r on r.id = c.id and r.version = 1
  left join lateral (
       select (array_agg(s.state order by s.n desc))[1] as state, (array_agg(s.due_on order by s.n desc))[1] as due_on,
              bool_or(s.step in ('withdraw', 'cure')) as gone, bool_or(s.step = 'pay') as paid
         from claim_step s
        where s.claim = c.id) t on true;
insert into claim_sum (scheme_code, what, key, fen)
select n.scheme_code, x.what, x.key, sum(n.fund_fen)
  from claim_now n
 cross join lateral (values ('loan', n.loan_id::text), ('enterprise', n.borrower), ('bank', n.org_id || ' ' || n.year),
                            ('fund', n.year::text), (case when not n.paid then 'open' end, '')) as x(what, key)
 where n.counts and x.what is not null
 group by 1, 2, 3;
