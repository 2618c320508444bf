-- Who told what a step on a claim checks is asked of the step.
drop function if exists claim_told_by_me(uuid);
