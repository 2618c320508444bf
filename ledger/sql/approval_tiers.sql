-- approval_tiers: from which amounts on how many persons approve which act.
-- -> tier text (JSON)
select t.tier::text as tier
  from approval_tiers() t
