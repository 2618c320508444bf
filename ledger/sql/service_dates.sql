-- service_dates: what anybody may be told of the service; null: it never happened.
-- -> schema_version int4, verified_at text, scanned_at text
select d.schema_version,
       instant_text(d.verified_at) as verified_at,
       instant_text(d.scanned_at) as scanned_at
  from service_dates() d
