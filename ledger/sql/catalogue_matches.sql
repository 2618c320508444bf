-- catalogue_matches: what fits an offer, or a need, the best first, with the reasons.
-- $1 id of the offer or null, $2 id of the need or null, $3 as of day, $4 at most
-- -> document text (JSON; null when there is no such record)
select (select json_build_object('as_of', $3::date, 'items', coalesce((
               select json_agg(json_build_object('score', m.score, 'offer', m.offer, 'offer_reference', o.reference,
                      'offer_title', o.title, 'holder_name', o.holder_name, 'number', o.number, 'need', m.need,
                      'need_reference', n.reference, 'need_title', n.title, 'firm', n.name, 'district', n.district,
                      'reasons', m.reasons) order by m.score desc, m.offer, m.need)
                 from catalogue_matches($1::uuid, $2::uuid, $3::date, $4::int) m
                cross join lateral (select x.* from catalogue_offer x where x.id = m.offer
                                     order by x.version desc limit 1) o
                cross join lateral (select x.* from catalogue_need x where x.id = m.need
                                     order by x.version desc limit 1) n), '[]'))
         where exists (select from catalogue_offer x where x.id = $1::uuid)
            or exists (select from catalogue_need x where x.id = $2::uuid))::text as document
