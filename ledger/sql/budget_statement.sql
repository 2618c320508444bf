-- budget_statement: a policy's budget of one year, for its own office and the city's.
-- $1 policy code, $2 year
-- -> policy text, account text, appropriated text, carried_in text, carried_out text, returned text, paid text,
--    clawed_back text, balance text, held text, available text, queued text, queue int8
select $1::text as policy, b.account, yuan_text(b.appropriated) as appropriated, yuan_text(b.carried_in) as carried_in,
       yuan_text(b.carried_out) as carried_out, yuan_text(b.returned) as returned, yuan_text(b.paid) as paid,
       yuan_text(b.clawed_back) as clawed_back, yuan_text(b.balance) as balance, yuan_text(b.held) as held,
       yuan_text(b.available) as available, yuan_text(b.queued) as queued, b.queue
  from budget_statement($1::text, $2::int) b
