-- What loans show is found by one function, flags_raised(), which also asks who pledged a right elsewhere.
drop function if exists loan_pledged_elsewhere(bigint, json);
drop function if exists flags_beside(uuid[]);
