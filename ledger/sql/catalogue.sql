-- catalogue: what the database is made of, one line an object and the digest of how it is made
-- -> line text
-- Of every schema, PostgreSQL's own among them, what was made since the cluster was: what stands in another schema, or
-- fits a call better, could be found before ours. Of the rest what decides which code is run. Owners are told where
-- they differ from the tables' owner, rights where somebody else has them; of what belongs to an extension, whose it is
-- and where it stands is the server's affair. The digest of the secret by which daemons are known (each ledger has its
-- own), and whether a trigger is switched on (verify_triggers tells that), is left out; so are settings that change
-- nothing of what a statement means.
with us as materialized (
    select n.oid as ns, case when n.nspname <> 'public' then quote_ident(n.nspname) || '.' else '' end as prefix
      from pg_namespace n
     where n.nspname <> 'pg_toast' and n.nspname !~ '^pg_(toast_)?temp_'
),
owner as materialized (
    select c.relowner as id from pg_class c where c.oid = 'public.submission'::regclass
),
member as materialized ( -- of extensions
    select d.classid as class, d.objid as oid from pg_depend d where d.deptype = 'e' and d.objid >= 16384
),
acls as (
    select 'pg_class'::regclass as class, c.oid, 0 as part, c.relacl as acl, c.relowner as owner
      from pg_class c where c.oid >= 16384
    union all
    select 'pg_attribute'::regclass, t.attrelid, t.attnum, t.attacl, null::oid
      from pg_attribute t where t.attrelid >= 16384
    union all
    select 'pg_proc'::regclass, p.oid, 0, coalesce(p.proacl, acldefault('f', p.proowner)), p.proowner
      from pg_proc p where p.oid >= 16384
    union all
    select 'pg_namespace'::regclass, n.oid, 0, n.nspacl, n.nspowner
      from pg_namespace n where n.oid >= 16384 or n.nspname = 'public'
),
rights as materialized ( -- of others than the owner
    select x.class, x.oid, x.part,
           string_agg(concat_ws(' ', case when a.grantee = 0 then 'public' else pg_get_userbyid(a.grantee) end,
                                a.privilege_type, a.is_grantable), ','
                      order by pg_get_userbyid(a.grantee), a.privilege_type) as text
      from acls x
     cross join owner w
     cross join lateral aclexplode(x.acl) a
     where a.grantee <> w.id and a.grantee is distinct from x.owner
       and not exists (select from member m where m.class = x.class and m.oid = x.oid)
     group by 1, 2, 3
),
functions as (
    select format('%s%I(%s)', case when m.oid is null then us.prefix end, p.proname,
                  pg_get_function_identity_arguments(p.oid)) as name,
           concat_ws('|', case when p.oid >= 16384 and m.oid is null and p.proowner <> w.id
                               then pg_get_userbyid(p.proowner) else '' end, l.lanname,
                     case when p.proname = 'wall_digest' then regexp_replace(p.prosrc, '[0-9a-f]{64}', '')
                          else p.prosrc end,
                     p.probin, p.prokind, p.prosecdef, p.proleakproof, p.proisstrict, p.proretset, p.provolatile,
                     p.proparallel, p.prorettype::regtype, pg_get_function_arguments(p.oid), p.proconfig::text,
                     concat_ws(' ', g.aggtransfn, g.aggfinalfn, g.aggcombinefn, g.agginitval, g.aggsortop), r.text
                     ) as text,
           p.oid >= 16384 as is_made
      from pg_proc p
      join us on us.ns = p.pronamespace
      join pg_language l on l.oid = p.prolang
     cross join owner w
      left join member m on m.class = 'pg_proc'::regclass and m.oid = p.oid
      left join pg_aggregate g on g.aggfnoid = p.oid
      left join rights r on r.class = 'pg_proc'::regclass and r.oid = p.oid
     where p.oid >= 16384 or l.lanname not in ('internal', 'c')
),
objects as (
    select 'function' as kind, f.name, f.text from functions f where f.is_made
    union all -- these may be inlined; how those in C are found, nobody changes
    select 'built in', 'functions', string_agg(f.name || f.text, ',' order by f.name)
      from functions f where not f.is_made
    union all
    select 'built in', 'operators', string_agg(concat_ws(' ', o.oid, o.oprname, o.oprleft, o.oprright,
                                                         o.oprcode::oid), ',' order by o.oid)
      from pg_operator o where o.oid < 16384
    union all
    select 'built in', 'aggregates', string_agg(concat_ws(' ', g.aggfnoid::oid, g.aggtransfn::oid, g.aggfinalfn::oid,
                                                          g.agginitval), ',' order by g.aggfnoid::oid)
      from pg_aggregate g where g.aggfnoid::oid < 16384
    union all
    select 'built in', 'casts', string_agg(concat_ws(' ', x.castsource, x.casttarget, x.castfunc, x.castcontext,
                                                     x.castmethod), ',' order by x.castsource, x.casttarget)
      from pg_cast x where x.oid < 16384
    union all
    select 'built in', 'view pg_roles', pg_get_viewdef('pg_catalog.pg_roles'::regclass) -- asked below
    union all
    select 'schema', n.nspname::text,
           concat_ws('|', case when n.nspowner <> w.id and n.nspname <> 'public' then pg_get_userbyid(n.nspowner) end,
                     r.text)
      from pg_namespace n
      join us on us.ns = n.oid
     cross join owner w
      left join rights r on r.class = 'pg_namespace'::regclass and r.oid = n.oid
     where n.oid >= 16384 or n.nspname = 'public'
    union all
    select 'relation', us.prefix || c.relname,
           concat_ws('|', case when c.relowner <> w.id then pg_get_userbyid(c.relowner) else '' end, c.relkind,
                     c.relpersistence, c.relrowsecurity, c.relforcerowsecurity, c.reloptions::text,
                     case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end, r.text)
      from pg_class c
      join us on us.ns = c.relnamespace
     cross join owner w
      left join rights r on r.class = 'pg_class'::regclass and r.oid = c.oid
     where c.relkind <> 'i' and c.oid >= 16384
       and not exists (select from member m where m.class = 'pg_class'::regclass and m.oid = c.oid)
    union all
    select 'column', us.prefix || c.relname || '.' || t.attname,
           concat_ws('|', format_type(t.atttypid, t.atttypmod), t.attnotnull, t.attidentity, t.attgenerated,
                     t.attcollation::regcollation, pg_get_expr(d.adbin, d.adrelid), r.text)
      from pg_attribute t
      join pg_class c on c.oid = t.attrelid and c.relkind in ('r', 'p', 'v', 'm', 'c')
      join us on us.ns = c.relnamespace
      left join pg_attrdef d on d.adrelid = t.attrelid and d.adnum = t.attnum
      left join rights r on r.class = 'pg_attribute'::regclass and r.oid = t.attrelid and r.part = t.attnum
     where t.attnum > 0 and not t.attisdropped and c.oid >= 16384
       and not exists (select from member m where m.class = 'pg_class'::regclass and m.oid = c.oid)
    union all
    select 'constraint', coalesce(nullif(x.conrelid, 0)::regclass::text, x.contypid::regtype::text) || '.' || x.conname,
           concat_ws('|', pg_get_constraintdef(x.oid), x.convalidated)
      from pg_constraint x
      join us on us.ns = x.connamespace
     where x.contype <> 't' and x.oid >= 16384 -- of triggers, below
    union all
    select 'index', us.prefix || c.relname, concat_ws('|', pg_get_indexdef(c.oid), i.indisvalid, i.indisunique)
      from pg_index i
      join pg_class c on c.oid = i.indexrelid
      join us on us.ns = c.relnamespace
     where c.oid >= 16384
    union all
    select 'trigger', g.tgrelid::regclass || '.' || g.tgname, pg_get_triggerdef(g.oid)
      from pg_trigger g
     where not g.tgisinternal
    union all
    select 'policy', p.polrelid::regclass || '.' || p.polname,
           concat_ws('|', p.polcmd, p.polpermissive, pg_get_expr(p.polqual, p.polrelid),
                     pg_get_expr(p.polwithcheck, p.polrelid),
                     array(select case when x.oid = 0 then 'public' else pg_get_userbyid(x.oid) end
                             from unnest(p.polroles) x(oid) order by 1)::text)
      from pg_policy p
    union all
    select 'rule', r.ev_class::regclass || '.' || r.rulename, pg_get_ruledef(r.oid)
      from pg_rewrite r
     where r.rulename <> '_RETURN' and r.oid >= 16384
    union all
    select 'event trigger', e.evtname::text, concat_ws('|', e.evtevent, e.evtfoid::regprocedure)
      from pg_event_trigger e
    union all
    select 'operator', o.oid::regoperator::text, o.oprcode::text from pg_operator o where o.oid >= 16384
    union all
    select 'cast', concat_ws(' ', x.castsource::regtype, x.casttarget::regtype), x.castfunc::regprocedure::text
      from pg_cast x
     where x.oid >= 16384
    union all -- of what one role or database sets
    select 'setting', concat_ws(' ', case when s.setrole = 0 then 'all roles' else pg_get_userbyid(s.setrole) end,
                                split_part(x.told, '=', 1)), x.told
      from pg_db_role_setting s
     cross join unnest(s.setconfig) x(told)
     where (s.setdatabase = 0 or s.setdatabase = (select b.oid from pg_database b where b.datname = current_database()))
       and (s.setrole = 0 or pg_get_userbyid(s.setrole) like 'pledged%' or pg_get_userbyid(s.setrole) = current_user)
       and x.told ~ '^(search_path|row_security|role|session_.*|default_transaction_.*|.*_preload_libraries'
                    '|transform_.*|array_nulls|allow_system_table_mods|pledged\.)'
    union all
    select 'role', x.name, concat_ws('|', a.rolsuper, a.rolbypassrls, a.rolcreaterole, a.rolcreatedb, a.rolreplication,
           array(select pg_get_userbyid(m.roleid) from pg_auth_members m where m.member = a.oid order by 1)::text)
      from (values ('pledged_app'), ('pledged_lane')) x(name)
      join pg_roles a on a.rolname = x.name
)
select concat_ws(' ', o.kind, o.name, encode(sha256(convert_to(o.text, 'UTF8')), 'hex')) as line
  from objects o
 order by concat_ws(' ', o.kind, o.name) collate "C", o.text collate "C"
