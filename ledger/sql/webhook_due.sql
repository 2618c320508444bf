-- webhook_due: subscriptions that there is something for, and as whom it is read.
-- $1 at most so many
-- -> id text, url text, reference text, delivered int8, org int8, kind text, code text, name text, district text,
--    person text, person_id text, now text
select x.id::text as id, x.url, x.reference, x.delivered, x.org, x.kind, x.code, x.name, x.district, x.person,
       x.person_id::text as person_id, instant_text(clock_timestamp()) as now
  from webhook_due($1::int) x
