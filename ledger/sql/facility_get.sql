-- facility_get: pooled credit (集合授信): what hangs on one facility number, bank by bank, as its reader may see it.
-- $1 facility number
-- -> document text (JSON; null when no loan of it is visible); the first 1,000 loans of each bank
with member as (
    select l.*, row_number() over (partition by l.org_id order by l.id) as place
      from loan l
     where l.facility_no = $1::text
       and not record_has_later(l.id, l.version, null)
       and not loan_is_void(l.id, null)
),
facility as (
    select o.code, max(m.facility_fen) as facility_fen, min(m.facility_fen) as least_fen,
           sum(m.amount_fen) as granted_fen,
           count(*) as loans, count(distinct m.borrower) as borrowers,
           json_agg(json_build_object('id', m.id, 'borrower_uscc', m.borrower, 'borrower_name', m.borrower_name,
                    'amount', yuan_text(m.amount_fen), 'signed_on', m.signed_on) order by m.id)
                    filter (where m.place <= 1000) as items
      from member m
      join org o on o.id = m.org_id
     group by o.code
)
select case when count(*) > 0 then json_build_object(
       'facility_no', $1::text,
       'facilities', json_agg(json_build_object(
                     'bank', f.code,
                     'facility_amount', yuan_text(f.facility_fen),
                     'stated_alike', f.least_fen = f.facility_fen,
                     'granted', yuan_text(f.granted_fen::bigint),
                     'left', yuan_text((f.facility_fen - f.granted_fen)::bigint),
                     'loans', f.loans,
                     'borrowers', f.borrowers,
                     'items', f.items) order by f.code))::text end as document
  from facility f
