-- verify_deals: defects of deals, payments, filings, the catalogue, confirmations: a row each
-- -> defect text, place text
with confirmed as ( -- but indicators of the time when one person's word was enough
    select c.* from confirmation c where c.recorded_by <> 'pledged'
)
select 'deal that differs from its record' as defect, coalesce(d.id, r.id) || '' as place
  from ip_deal d
  full join (select * from submission where type = 'ip_deal') r on r.id = d.id and r.version = d.version
 where (r.id is not null or not exists (select from offer_acceptance a where a.id = d.id and a.version = d.version))
   and ((d.reference, d.kind, d.licence, d.signed_on, d.ends_on, d.provider_name, d.provider_kind, d.provider,
        d.provider_controller, d.acquirer_name, d.acquirer_kind, d.acquirer, d.acquirer_controller, d.acquirer_size)
       is distinct from
       (r.body ->> 'reference', r.body ->> 'kind', r.body ->> 'licence', (r.body ->> 'signed_on')::date,
       (r.body ->> 'ends_on')::date, r.body ->> 'provider_name', r.body ->> 'provider_kind',
       r.body ->> 'provider_uscc', r.body ->> 'provider_controller', r.body ->> 'acquirer_name',
       r.body ->> 'acquirer_kind', r.body ->> 'acquirer_uscc', r.body ->> 'acquirer_controller',
       r.body ->> 'acquirer_size')
    or (d.district, d.value_fen, d.registration_no, d.voided, d.org_id, d.recorded_at)
       is distinct from
       (r.body ->> 'district', fen_of(r.body ->> 'contract_value'), r.body ->> 'registration_no',
       coalesce((r.body ->> 'voided')::boolean, false), r.org_id, r.recorded_at)
    or array_to_string(d.rights, ';') is distinct from
       (select string_agg(x ->> 'number', ';') from json_array_elements(r.body -> 'ip') x))
union all
select 'open licence that differs from its record', coalesce(d.id, r.id) || ''
  from (select x.*, a.offer, a.offer_version
          from ip_deal x
          join offer_acceptance a on a.id = x.id and a.version = x.version) d
  full join (select * from submission where type = 'offer_acceptance') r on r.id = d.id and r.version = d.version
  left join catalogue_offer o on o.id = d.offer and o.version = d.offer_version
 where (d.reference, d.kind, d.licence, d.signed_on, d.provider_name, d.provider, d.acquirer_name, d.acquirer,
        d.acquirer_size, d.district, d.value_fen, d.rights, d.voided, d.org_id, d.recorded_at)
       is distinct from
       (r.body ->> 'reference', 'licence', 'open', (r.body ->> 'on')::date, o.holder_name, o.holder,
       r.body ->> 'acquirer_name', r.body ->> 'acquirer_uscc', r.body ->> 'size', r.body ->> 'district',
       o.price_from_fen, array[o.number], coalesce((r.body ->> 'voided')::boolean, false), r.org_id, r.recorded_at)
union all
select 'offer or need that differs from its record', coalesce(o.id, r.id) || ''
  from (select x.id, x.version, x.reference, x.title, x.district, x.words, x.ipc, x.withdrawn, x.org_id, x.recorded_at,
               x.listed_on, x.valid_until, x.number as about, x.price_from_fen as fen
          from catalogue_offer x
        union all
        select x.id, x.version, x.reference, x.title, x.district, x.words, x.ipc, x.withdrawn, x.org_id, x.recorded_at,
               x.listed_on, x.valid_until, x.uscc, x.budget_fen
          from catalogue_need x) o
  full join (select * from submission where type in ('catalogue_offer', 'catalogue_need')) r
         on r.id = o.id and r.version = o.version
 where (o.reference, o.title, o.district, o.words, o.ipc, o.withdrawn, o.org_id, o.recorded_at, o.listed_on,
        o.valid_until, o.about, o.fen)
       is distinct from
       (r.body ->> 'reference', r.body ->> 'title', r.body ->> 'district', catalogue_words(r.body),
       catalogue_classes(r.body), coalesce((r.body ->> 'withdrawn')::boolean, false), r.org_id, r.recorded_at,
       (r.body ->> 'listed_on')::date, (r.body ->> 'valid_until')::date,
       coalesce(r.body ->> 'number', r.body ->> 'uscc'), fen_of(coalesce(r.body ->> 'price_from', r.body ->> 'budget')))
union all
select 'payment on a deal that differs from its record', coalesce(p.id, r.id) || ''
  from ip_deal_payment p
  full join (select * from submission where type = 'ip_deal_payment') r on r.id = p.id and r.version = p.version
 where (p.on_day, p.amount_fen, p.receipt_form, p.voided, p.org_id, p.district, p.recorded_at)
       is distinct from
       ((r.body ->> 'on')::date, fen_of(r.body ->> 'amount'), text_form(r.body ->> 'receipt_no'),
       coalesce((r.body ->> 'voided')::boolean, false), r.org_id, r.district, r.recorded_at)
    or not exists (select from submission d
                    where d.id = p.deal and d.type in ('ip_deal', 'offer_acceptance')
                      and (d.id::text = r.body ->> 'deal' or d.key_form = text_form(r.body ->> 'deal')))
union all
select 'product filing that differs from its record', coalesce(f.id, r.id) || ''
  from product_filing f
  full join (select * from submission where type = 'product_filing') r on r.id = f.id and r.version = f.version
 where (f.reference, f.uscc, f.name, f.district, f.size, f.product, f.filing_form, f.filed_on, f.used_on, f.voided,
        f.org_id, f.recorded_at)
       is distinct from
       (r.body ->> 'reference', r.body ->> 'uscc', r.body ->> 'name', r.body ->> 'district', r.body ->> 'size',
       r.body ->> 'product', text_form(r.body ->> 'filing_no'), (r.body ->> 'filed_on')::date,
       (r.body ->> 'used_on')::date, coalesce((r.body ->> 'voided')::boolean, false), r.org_id, r.recorded_at)
    or array_to_string(f.rights, ';') is distinct from
       (select string_agg(x ->> 'number', ';') from json_array_elements(r.body -> 'ip') x)
union all
select 'confirmation that differs from its record', coalesce(c.id, r.id) || ''
  from confirmed c
  full join (select * from submission where type = 'confirmation') r on r.id = c.id
 where (c.record_id::text, c.org_id, c.recorded_at, c.recorded_by)
       is distinct from (r.body ->> 'record', r.org_id, r.recorded_at, r.recorded_by)
    or not exists (select from submission x where x.id = c.record_id and x.version = c.record_version)
union all
select 'confirmed by whoever told it', c.id || ''
  from confirmed c
  join submission x on x.id = c.record_id and x.version = c.record_version
 where x.org_id = c.org_id
    or exists (select from submission w
                where w.id = c.record_id and w.version <= c.record_version
                  and person_was_same(w.recorded_by, c.recorded_by, c.recorded_at))
 order by 1, 2
