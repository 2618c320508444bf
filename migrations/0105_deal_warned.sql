-- A deal that is abnormal by itself says so in the answer to its submission.
update record_type set flagged = true where name in ('ip_deal', 'offer_acceptance');
