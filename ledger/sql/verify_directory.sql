-- verify_directory: organisations, persons, posts and tokens that flights of the daemon changed otherwise than a record
-- under their head says, or commands otherwise than each may: a row each
-- -> defect text, place text
-- How many rows of what a command of the operator writes is told by verify_causes. A change is of the same head as its
-- record.
with act as materialized (
    select *
      from cause_acts('{organisation,organisation_rename,organisation_disable,organisation_enable,person,person_same,
                        person_disable,person_enable,token,token_rotate,token_revoke}')
),
wrote as materialized (
    select * from cause_rows('{org,person,post,token}')
),
commanded as materialized ( -- with the columns that were changed; of a row that is new, that have a value
    select c.command, c.flight, c.tab, c.op, x.stands, x.was,
           array(select n.key
                   from json_each_text(x.stands) n
                   left join json_each_text(x.was) b on b.key = n.key
                  where n.value is distinct from b.value) as changed
      from cause_commanded('{org,person,post,token}') c
     cross join lateral (
           select to_json(json_populate_record(null::org, c.content)), to_json(json_populate_record(null::org, c.was))
            where c.tab = 'org'
            union all
           select to_json(json_populate_record(null::person, c.content)),
                  to_json(json_populate_record(null::person, c.was))
            where c.tab = 'person'
            union all
           select to_json(json_populate_record(null::post, c.content)), to_json(json_populate_record(null::post, c.was))
            where c.tab = 'post'
            union all
           select to_json(json_populate_record(null::token, c.content)),
                  to_json(json_populate_record(null::token, c.was))
            where c.tab = 'token') x(stands, was)
),
may(command, tab, op, columns) as ( -- which columns a command changes; of a row that is new, those that it leaves empty
    values ('org add', 'org', 'I', '{disabled_at}'::text[]),
           ('org rename', 'org', 'U', '{name}'),
           ('org disable', 'org', 'U', '{disabled_at}'),
           ('person add', 'person', 'I', '{disabled_at,same_as}'),
           ('person add', 'person', 'U', '{id_hash}'),
           ('person add', 'post', 'I', '{ended_at}'),
           ('person disable', 'person', 'U', '{disabled_at}'),
           ('person disable', 'post', 'U', '{ended_at}'),
           ('token add', 'person', 'I', '{disabled_at,same_as}'),
           ('token add', 'post', 'I', '{ended_at}'),
           ('token add', 'token', 'I', '{revoked_at,closed,follows}'),
           ('token rotate', 'token', 'I', '{revoked_at,closed}'),
           ('token rotate', 'token', 'U', '{closed,expires_at}'),
           ('token revoke', 'token', 'U', '{revoked_at,closed}')
)
select 'row that its command does not write so' as defect,
       c.command || ': ' || c.tab || ' '
       || coalesce(c.stands ->> 'code', c.stands ->> 'name', c.stands ->> 'person') as place
  from commanded c
  left join may m on (m.command, m.tab, m.op) = (c.command, c.tab, c.op)
 where m.command is null
    or case when c.op = 'I' then c.changed && m.columns else not c.changed <@ m.columns end
    or c.op = 'U' and exists ( -- what ended does not begin again
           select from json_each_text(c.stands) n
            where n.key in ('disabled_at', 'ended_at', 'revoked_at') and n.key = any (m.columns) and n.value is null)
    or c.command = 'token rotate' and c.op = 'U'
       and (c.stands ->> 'closed' is distinct from 'rotated'
            or c.stands ->> 'expires_at' is null
            or (c.stands ->> 'expires_at')::timestamptz > (c.was ->> 'expires_at')::timestamptz)
    or c.command = 'token rotate' and c.op = 'I' and not exists (
           select from commanded f
            where f.flight = c.flight and f.op = 'U' and f.was ->> 'id' = c.stands ->> 'follows'
              and (f.was ->> 'org_id', f.was ->> 'person_id', f.was ->> 'duties')
                  = (c.stands ->> 'org_id', c.stands ->> 'person_id', c.stands ->> 'duties'))
    or c.command in ('token revoke', 'person disable') and exists ( -- one person's, and nobody else's
           select from commanded f
            where f.flight = c.flight and f.tab = c.tab and c.tab in ('token', 'post')
              and person_root(coalesce(f.stands ->> 'person_id', f.stands ->> 'person')::uuid)
                  <> person_root(coalesce(c.stands ->> 'person_id', c.stands ->> 'person')::uuid))
union all
select 'organisation that differs from its record' as defect, o.code as place
  from wrote w
 cross join lateral json_populate_record(null::org, w.content) o
 cross join lateral json_populate_record(null::org, w.was) b
 where w.tab = 'org'
   and not exists (
       select from act a
        where a.head = w.head
          and case when w.op = 'I' then a.type = 'organisation'
                        and (o.code, o.kind, o.name, o.district, o.uscc, o.disabled_at)
                            is not distinct from
                            (a.body ->> 'code', a.body ->> 'kind', a.body ->> 'name', a.body ->> 'district',
                             a.body ->> 'uscc', null)
                   else a.body ->> 'organisation' = o.code and (o.id, o.code, o.kind, o.district, o.created_at)
                        is not distinct from (b.id, b.code, b.kind, b.district, b.created_at)
                        and case a.type when 'organisation_rename' then
                                      (o.name, o.uscc, o.disabled_at) is not distinct from
                                      (a.body ->> 'name', coalesce(a.body ->> 'uscc', b.uscc), b.disabled_at)
                                 when 'organisation_disable' then
                                      o.disabled_at is not null
                                      and (o.name, o.uscc) is not distinct from (b.name, b.uscc)
                                 when 'organisation_enable' then
                                      o.disabled_at is null and (o.name, o.uscc) is not distinct from (b.name, b.uscc)
                                 else false end end)
union all
select 'person that differs from his record', p.id || ''
  from wrote w
 cross join lateral json_populate_record(null::person, w.content) p
 cross join lateral json_populate_record(null::person, w.was) b
 where w.tab = 'person'
   and not exists (
       select from act a
        where a.head = w.head
          and case when w.op = 'I' then a.type = 'person'
                        and (p.id, p.name, p.id_hash, p.disabled_at, p.same_as)
                            is not distinct from
                            (a.id, a.body ->> 'name', decode(a.body ->> 'id_hash', 'hex'), null, null)
                   else (p.name, p.created_at) is not distinct from (b.name, b.created_at)
                        and case a.type when 'person' then
                                      (p.id_hash, p.disabled_at, p.same_as) is not distinct from
                                      (decode(a.body ->> 'id_hash', 'hex'), b.disabled_at, b.same_as)
                                 when 'person_same' then
                                      person_root(p.same_as) = person_root((a.body ->> 'same_as')::uuid)
                                      and (p.id_hash, p.disabled_at) is not distinct from (b.id_hash, b.disabled_at)
                                 when 'person_disable' then p.disabled_at is not null
                                      and (p.id_hash, p.same_as) is not distinct from (b.id_hash, b.same_as)
                                 when 'person_enable' then p.disabled_at is null
                                      and (p.id_hash, p.same_as) is not distinct from (b.id_hash, b.same_as)
                                 else false end
                        and (a.type = 'person' or person_root((a.body ->> 'person')::uuid) = person_root(p.id)) end)
union all
select 'post that differs from its record', o.code || ' ' || s.name
  from wrote w
 cross join lateral json_populate_record(null::post, w.content) s
 cross join lateral json_populate_record(null::post, w.was) b
  left join org o on o.id = s.org_id
 where w.tab = 'post'
   and not exists (
       select from act a
        where a.head = w.head
          and case when w.op = 'I' then a.type = 'person'
                        and (o.code, s.name, s.staff_no, s.ended_at)
                            is not distinct from
                            (a.body ->> 'organisation', a.body ->> 'name', a.body ->> 'staff_no', null)
                        and person_root(s.person) = person_root(coalesce((a.body ->> 'same_as')::uuid, (
                                select x.id from person x where x.id_hash = decode(a.body ->> 'id_hash', 'hex')), a.id))
                   else a.type in ('person_disable', 'person_enable')
                        and (a.type = 'person_disable') = (s.ended_at is not null)
                        and (s.name, s.person, s.staff_no, s.created_at)
                            is not distinct from (b.name, b.person, b.staff_no, b.created_at)
                        and coalesce(a.body ->> 'organisation', o.code) = o.code
                        and person_root((a.body ->> 'person')::uuid) = person_root(s.person) end)
union all
select 'token that differs from its record', coalesce(o.code, '') || ' ' || t.person
  from wrote w
 cross join lateral json_populate_record(null::token, w.content) t
 cross join lateral json_populate_record(null::token, w.was) b
  left join org o on o.id = t.org_id
 where w.tab = 'token'
   and not exists (
       select from act a
        where a.head = w.head
          and case when w.op = 'I' then a.id = t.id
                        and (t.sha256, t.is_certificate, t.key_id, t.revoked_at, t.closed, t.follows)
                            is not distinct from
                            (token_digest(a.id, a.body), a.body ->> 'certificate' is not null, a.body ->> 'key_id',
                             null, null, (a.body ->> 'token')::uuid)
                        and case a.type when 'token' then
                                      (o.code, text_form(t.person)) = (a.body ->> 'organisation',
                                                                       text_form(a.body ->> 'person'))
                                      and t.duties = array(select json_array_elements_text(a.body -> 'duties'))
                                      and t.expires_at is not distinct from token_end(a.body ->> 'expires_on')
                                      and person_root(t.person_id) = person_root((
                                              select s.person from post s where s.org_id = o.id
                                                 and s.name_form = text_form(a.body ->> 'person')))
                                 when 'token_rotate' then exists ( -- whose place it takes, as that was before
                                      select from wrote f
                                       cross join lateral json_populate_record(null::token, f.was) e
                                       where f.tab = 'token' and f.head = w.head and e.id = t.follows
                                         and (t.org_id, t.person, t.person_id) = (e.org_id, e.person, e.person_id)
                                         and t.duties = case when a.body -> 'duties' is null then e.duties
                                                 else array(select json_array_elements_text(a.body -> 'duties')) end
                                         and t.expires_at is not distinct from
                                             coalesce(token_end(a.body ->> 'expires_on'), e.expires_at))
                                 else false end
                   else (t.org_id, t.person, t.person_id, t.is_certificate, t.duties, t.id, t.created_at, t.key_id,
                         t.follows)
                        is not distinct from
                        (b.org_id, b.person, b.person_id, b.is_certificate, b.duties, b.id, b.created_at, b.key_id,
                         b.follows)
                        and case when a.type = 'token_rotate' then
                                      a.body ->> 'token' = t.id::text and t.revoked_at is null
                                      and t.closed = 'rotated' and t.expires_at <= coalesce(b.expires_at, t.expires_at)
                                 when t.revoked_at is null or t.expires_at is distinct from b.expires_at then false
                                 when a.type = 'token_revoke' then a.body ->> 'token' = t.id::text
                                 when a.type = 'organisation_enable' then a.body ->> 'organisation' = o.code
                                 when a.type = 'person_enable' then
                                      person_root((a.body ->> 'person')::uuid) = person_root(t.person_id)
                                 else false end end)
 order by 1, 2
