-- What is told to have come back moves no money until a person of finance has seen it: he receives it, or refuses it.

alter table claim_step add column told uuid; -- the step whose money this one received, or refused
create index claim_step_waiting on claim_step (claim) where step in ('recover', 'cure') and fund_fen is null;
alter type step_case add attribute waits claim_step;

insert into claim_transition (state, step, next, takers) values
    ('recovering', 'receive', 'recovering', '{finance}'),
    ('recovering', 'refuse', 'recovering', '{finance}'),
    ('closed', 'receive', 'closed', '{finance}'),
    ('closed', 'refuse', 'closed', '{finance}');

drop function if exists task_of_claim(text);
