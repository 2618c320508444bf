-- A further claim for the part of a loss that was not claimed yet: what stands of those before it.

-- Of the claims that were paid on one loan under one scheme to one kind of claimant, as known at an instant.
create type claim_past as (
    claims text,          -- their references, the first first; null: there are none
    first_at timestamptz, -- when the first of them was paid
    last_at timestamptz,  -- and the last
    told_fen bigint,      -- came back by their steps
    counted_fen bigint,   -- of a guarantor: all of its payments that were claimed
    off_fen bigint,       -- came back by their steps, and the loan's account does not show it
    costs_fen bigint,     -- accepted
    net_fen bigint,       -- of the net loss of the last one, which has taken over the others: what has not come back
    principal_fen bigint, -- of its principal, likewise
    interest_fen bigint   -- its interest
);
alter type claim_case add attribute past claim_past;

drop function if exists claims_paid_fen(uuid, text, text, text);
