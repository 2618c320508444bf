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
    select i.ord, x.number, x.kind, x.owner_uscc, x.filed_on, x.expires_on, x.valuation, x.appraiser, x.share, x.place
      from input i
     cross join lateral rows from (
           json_to_recordset((i.told).ip) as (number text, kind text, owner_uscc text, filed_on date,
           expires_on date, valuation numeric, appraiser text, share percent)
           ) with ordinality as x(number, kind, owner_uscc, filed_on, expires_on, valuation,
           appraiser, share, place)
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
covered as materialized ( -- those that name a scheme ask for cover; those that have one are weighed
    select coverage_booked(array_agg(m.loan_row order by m.ord)) from made m
),
pledge as materialized (
    select m.ord, m.id, m.version, m.org_id, m.parties, m.district, m.recorded_at, m.borrower, m.signed_on,
           m.registered_on, m.matures_on, x.number, x.kind,
           x.owner_uscc, x.filed_on, x.expires_on, yuan_fen(x.valuation) as valuation_fen,
           x.appraiser, percent_ppm(x.share) as share_ppm, '/ip/' || (x.place - 1) || '/number' as pointer,
           coalesce(m.registered_on, m.signed_on) as from_day,
           greatest(m.matures_on, coalesce(m.registered_on, m.signed_on)) as until_day
      from made m
      join told_right x on x.ord = m.ord
),
pledges as (
    insert into loan_ip (record_id, version, number, kind, owner, org_id, parties, district,
           from_day, until_day, filed_on, expires_on, valuation_fen, appraiser, share_ppm)
    select p.id, p.version, p.number, p.kind, p.owner_uscc, p.org_id, p.parties, p.district,
           p.from_day, p.until_day, p.filed_on, p.expires_on, p.valuation_fen, p.appraiser, p.share_ppm
      from pledge p
    returning 1
),
beside as materialized ( -- what compares loans looks at the rows just written, so it waits for them
    select x.*
      from (select array_agg(m.id) as ids
              from made m
             where (select count(*) from loans) + (select count(*) from pledges) > 0) w
     cross join lateral flags_beside(w.ids) x
),
elsewhere as materialized (
    select x.record_id, x.version, x.pointer
      from loan_pledged_elsewhere((select my_org()), (
           select json_agg(json_build_object('record_id', p.id, 'version', p.version, 'pointer',
                  p.pointer, 'number', p.number, 'from_day', p.from_day, 'until_day', p.until_day))
             from pledge p)) as x
),
raised as materialized (
    select p.ord, row(x.code, p.id || ' ' || p.number, x.severity, null::jsonb, p.id, p.version,
           replace(p.pointer, 'number', x.member), x.facts, true)::flag_found as case_of
      from pledge p
     cross join lateral flag_of_right(p.number, p.kind, p.owner_uscc, p.borrower, p.filed_on, p.expires_on,
           p.signed_on, p.registered_on, p.matures_on) x
    union all
    select m.ord, row(x.code, m.id || case when x.code = 'RF15' then ' ' || x.severity else '' end, x.severity,
                      null::jsonb, m.id, m.version, x.member, x.facts, true)::flag_found
      from made m
     cross join lateral flag_of_loan(m.amount_fen, m.ip_amount_fen, m.rate_ppm, m.revenue_fen, m.purpose, m.signed_on,
           m.disbursed_on, m.registered_on, m.scheme) x
    union all
    select m.ord, row('RF37', m.id::text, 'low', null::jsonb, m.id, m.version, '/signed_on',
           jsonb_build_object('quarter', quarter_text(m.signed_on), 'recorded', m.version), true)::flag_found
      from made m
     where m.signed_on <= (select report_sealed_until())
    union all
    select p.ord, row('RF01', p.number, 'high', null::jsonb, p.id, p.version, p.pointer,
           jsonb_build_object('number', p.number), true)::flag_found
      from pledge p
      join elsewhere x on x.record_id = p.id and x.version = p.version and x.pointer = p.pointer
        -- what events ended is no pledge
     where pledge_is_against(p.number, p.from_day, p.until_day, p.org_id, p.id, p.share_ppm)
),
stored as materialized (
    select flags_submitted((select array_agg(r.case_of) from raised r))
),
told as ( -- as flags_of will tell it
    select r.ord, json_agg(json_build_array(r.code, r.severity, r.pointer, u.title, u.title_en)
                           order by r.code, r.pointer)::text as flags
      from (select r.ord, (r.case_of).code, (r.case_of).severity, (r.case_of).pointer
              from raised r
            union all
            select m.ord, b.code, b.severity, b.pointer
              from beside b
              join made m on m.id = b.id) r
      join flag_rule u on u.code = r.code
     group by r.ord
)
select i.ord, coalesce(t.flags, '[]') as flags
  from input i
 cross join stored s
 cross join covered c
  left join told t on t.ord = i.ord
 order by i.ord
