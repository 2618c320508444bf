-- benchmark_page: what the page of an example shows; its standing is that of the unit whose code, or name, it bears.
-- $1 id
-- -> document text (JSON; null when there is no such example)
select (select json_build_object('name', r.body ->> 'name', 'kind', r.body ->> 'kind',
               'named_on', r.body ->> 'named_on',
               'text', r.body ->> 'text', 'reference', r.body ->> 'reference', 'state', state_of_confirmed(r.id),
               'key', coalesce(r.body ->> 'uscc', r.body ->> 'name'))
          from submission r
         where r.id = $1::uuid and r.type = 'benchmark'
           and not record_has_later(r.id, r.version, null))::text as document
