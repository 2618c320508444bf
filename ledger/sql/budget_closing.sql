-- budget_closing: what is left of the budgets of a year, and what would be done with it.
-- $1 year
-- -> policy text, title text, account text, balance text, held text, queued text, available text, proposal text (null:
--    nothing is left to decide), because text
select c.policy, c.title, c.account, yuan_text(c.balance) as balance, yuan_text(c.held) as held,
       yuan_text(c.queued) as queued, yuan_text(c.available) as available, c.proposal, c.because
  from budget_closing($1::int) c
