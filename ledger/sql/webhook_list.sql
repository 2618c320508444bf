-- webhook_list: subscriptions of the reader's organisation with their deliveries.
-- $1 one of them, or null
-- -> item text (JSON)
select x.item::text as item from webhook_list($1::uuid) x
