-- log_rows: the rows that this transaction wrote, and flights of others that wait for a leaf.
-- -> flight uuid, n int8, digest text (hex), at text, signature text (hex; null: not signed), schema_digest text (of an
--    upgrade)
select x.flight, x.n, x.digest, instant_text((select record_now())) as at, x.signature, x.schema_digest
  from (select f.flight, f.n, f.digest, null as signature, null as schema_digest
          from log_flight_rows() f
         union all
        select p.flight, p.n, p.digest, p.signature, p.schema_digest
          from log_flights_pending() p) x
