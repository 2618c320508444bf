-- verify_rights: defects of what the registers say of rights: a row each
-- -> defect text, place text
select 'IP event that differs from its record' as defect, coalesce(e.id, r.id) || '' as place
  from ip_event e
  full join (select * from submission where type = 'ip_event') r on r.id = e.id
 where (e.number, e.reference, e.kind, e.on_day, e.filed_on, e.expires_on, e.twin, text_form(e.reverses), e.org_id,
       e.recorded_at)
       is distinct from
       (r.body ->> 'number', r.body ->> 'reference', r.body ->> 'kind', (r.body ->> 'on')::date,
       (r.body ->> 'filed_on')::date, (r.body ->> 'expires_on')::date, r.body ->> 'twin',
       text_form(r.body ->> 'reverses'), r.org_id,
       r.recorded_at)
    or array_to_string(e.owners, ';') is distinct from concat_ws(';',
       coalesce(r.body ->> 'owner_uscc', r.body ->> 'owner_name'),
       (select string_agg(x ->> 'uscc', ';') from json_array_elements(r.body -> 'co_owners') x))
union all
select 'right whose events contradict each other', n.number || ' event ' || f.bad_event
  from (select distinct e.number from ip_event e) n
 cross join lateral ip_fold(n.number, null, null) f
 where f.bad_event is not null
 order by 1, 2
