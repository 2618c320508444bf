-- Who told what a step on a claim checks is asked of the claim, by the list of what waits as well.
drop function if exists claim_told_by_me(step_case);
