-- loan_project: write the typed rows and the red flags of loans that this transaction recorded.
-- $1 JSON array as for record_write or record_correct; only elements that are the newest version of
--    their record and have no typed row yet are written
-- -> ord int8 (from 1), flags text (for every element written)
with input as materialized (
    select distinct on ((s.record).id, (s.record).version)
           e.ord, s.record, json_populate_record(null::loan_told, (s.record).body) as told, e.derived ->> 'size' as size
      from rows from (json_to_recordset($1::json) as (
           id uuid, sha256 text, derived json)) with ordinality as e(
           id, sha256, derived, ord)
     cross join lateral (
           select r as record
             from submission r
            where r.id = e.id
            order by r.version desc
            limit 1) s
     where (s.record).sha256 = decode(e.sha256, 'hex')
       and not exists (select from loan l where l.id = (s.record).id and l.version = (s.record).version offset 0)
     order by (s.record).id, (s.record).version, e.ord
),
told_right as materialized (
    select i.ord, x.number, x.kind, x.owner_uscc, x.filed_on, x.expires_on, x.valuation, x.appraiser, x.share
      from input i
     cross join lateral json_to_recordset((i.told).ip) as x(number text, kind text, owner_uscc text, filed_on date,
           expires_on date, valuation numeric, appraiser text, share percent)
),
made as materialized (
    select i.ord, l as loan_row, l.*
      from input i
      join (select t.ord, count(*) filter (where t.kind <> 'trademark')::int as patents,
                   count(*) filter (where t.kind = 'trademark')::int as trademarks
              from told_right t
             group by t.ord) n on n.ord = i.ord
     cross join lateral loan_of(i.record, i.told, i.size, n.patents, n.trademarks) l
),
loans as (
    insert into loan
    select (m.loan_row).* from made m
    returning 1
),
pledges as (
    insert into loan_ip (record_id, version, number, kind, owner, org_id, parties, district,
           from_day, until_day, filed_on, expires_on, valuation_fen, appraiser, share_ppm)
    select m.id, m.version, x.number, x.kind, x.owner_uscc, m.org_id, m.parties, m.district,
           coalesce(m.registered_on, m.signed_on),
           greatest(m.matures_on, coalesce(m.registered_on, m.signed_on)), x.filed_on, x.expires_on,
           yuan_fen(x.valuation), x.appraiser, percent_ppm(x.share)
      from made m
      join told_right x on x.ord = m.ord
    returning 1
),
raised as materialized ( -- looks at the rows just written, so it waits for them
    select x.*
      from (select array_agg(m.id) as ids
              from made m
             where (select count(*) from loans) + (select count(*) from pledges) > 0) w
     cross join lateral flags_raised(w.ids) x
),
covered as materialized ( -- those that name a scheme ask for cover, which flags stand in the way of; those that have
    select case when w.loans is not null then coverage_booked(w.loans) end -- one are weighed
      from (select array_agg(m.loan_row order by m.ord) filter (where m.scheme is not null or m.version > 1) as loans
              from made m
             where (select count(*) from raised) >= 0) w
),
told as ( -- as flag_of_record will tell it
    select m.ord, json_agg(json_build_array(r.code, r.severity, r.pointer, u.title, u.title_en)
                           order by r.code, r.pointer)::text as flags
      from raised r
      join made m on m.id = r.id
      join flag_rule u on u.code = r.code
     group by m.ord
)
select i.ord, coalesce(t.flags, '[]') as flags
  from input i
 cross join covered c
  left join told t on t.ord = i.ord
 order by i.ord
