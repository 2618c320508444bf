-- catalogue: what the database is made of, one line an object and the digest of how it is made
-- -> line text
-- Owners are told where they differ from the tables' owner, rights where somebody else has them. What belongs to an
-- extension, the digest of the secret by which daemons are known (each ledger has its own), and whether a trigger is
-- switched on (verify_triggers tells that), is left out.
with us as (
    select 'public'::regnamespace::oid as ns,
           (select c.relowner from pg_class c where c.oid = 'public.submission'::regclass) as owner
),
other_owner as materialized (
    select r.oid, case when r.oid = us.owner then '' else r.rolname::text end as name from pg_roles r cross join us
),
rights as materialized ( -- of others than the owner
    select x.class, x.oid, x.part,
           string_agg(concat_ws(' ', coalesce(g.rolname, 'public'), a.privilege_type, a.is_grantable), ','
                      order by g.rolname, a.privilege_type) as text
      from (select 'pg_class'::regclass as class, c.oid, 0 as part, c.relacl as acl
              from pg_class c join us on c.relnamespace = us.ns
            union all
            select 'pg_attribute'::regclass, t.attrelid, t.attnum, t.attacl
              from pg_attribute t join pg_class c on c.oid = t.attrelid join us on c.relnamespace = us.ns
            union all
            select 'pg_proc'::regclass, p.oid, 0, coalesce(p.proacl, acldefault('f', p.proowner))
              from pg_proc p join us on p.pronamespace = us.ns) x
     cross join us
     cross join lateral aclexplode(x.acl) a
      left join pg_roles g on g.oid = a.grantee
     where a.grantee <> us.owner
     group by 1, 2, 3
),
objects as (
    select 'function' as kind, format('%I(%s)', p.proname, pg_get_function_identity_arguments(p.oid)) as name,
           concat_ws('|', w.name, l.lanname, case when p.proname <> 'wall_digest' then p.prosrc end, p.probin,
                     p.prokind, p.prosecdef, p.proleakproof, p.proisstrict,
                     p.proretset, p.provolatile, p.proparallel, p.prorettype::regtype, pg_get_function_arguments(p.oid),
                     p.proconfig::text, r.text) as text
      from pg_proc p
      join us on us.ns = p.pronamespace
      join pg_language l on l.oid = p.prolang
      join other_owner w on w.oid = p.proowner
      left join rights r on r.class = 'pg_proc'::regclass and r.oid = p.oid
     where not exists (select from pg_depend d
                        where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
    union all
    select 'relation', c.relname::text,
           concat_ws('|', w.name, c.relkind, c.relpersistence, c.relrowsecurity, c.relforcerowsecurity,
                     c.reloptions::text, case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end, r.text)
      from pg_class c
      join us on us.ns = c.relnamespace
      join other_owner w on w.oid = c.relowner
      left join rights r on r.class = 'pg_class'::regclass and r.oid = c.oid
     where c.relkind <> 'i'
       and not exists (select from pg_depend d
                        where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
    union all
    select 'column', c.relname || '.' || t.attname,
           concat_ws('|', format_type(t.atttypid, t.atttypmod), t.attnotnull, t.attidentity, t.attgenerated,
                     t.attcollation::regcollation, pg_get_expr(d.adbin, d.adrelid), r.text)
      from pg_attribute t
      join pg_class c on c.oid = t.attrelid and c.relkind in ('r', 'p', 'v', 'm', 'c')
      join us on us.ns = c.relnamespace
      left join pg_attrdef d on d.adrelid = t.attrelid and d.adnum = t.attnum
      left join rights r on r.class = 'pg_attribute'::regclass and r.oid = t.attrelid and r.part = t.attnum
     where t.attnum > 0 and not t.attisdropped
       and not exists (select from pg_depend e
                        where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
    union all
    select 'constraint', coalesce(nullif(x.conrelid, 0)::regclass::text, x.contypid::regtype::text) || '.' || x.conname,
           concat_ws('|', pg_get_constraintdef(x.oid), x.convalidated)
      from pg_constraint x
      join us on us.ns = x.connamespace
     where x.contype <> 't' -- of triggers, below
    union all
    select 'index', c.relname::text, concat_ws('|', pg_get_indexdef(c.oid), i.indisvalid, i.indisunique)
      from pg_index i
      join pg_class c on c.oid = i.indexrelid
      join us on us.ns = c.relnamespace
    union all
    select 'trigger', g.tgrelid::regclass || '.' || g.tgname, pg_get_triggerdef(g.oid)
      from pg_trigger g
      join pg_class c on c.oid = g.tgrelid
      join us on us.ns = c.relnamespace
     where not g.tgisinternal
    union all
    select 'policy', p.polrelid::regclass || '.' || p.polname,
           concat_ws('|', p.polcmd, p.polpermissive, pg_get_expr(p.polqual, p.polrelid),
                     pg_get_expr(p.polwithcheck, p.polrelid),
                     array(select coalesce(g.rolname, 'public')
                             from unnest(p.polroles) x(oid) left join pg_roles g on g.oid = x.oid order by 1)::text)
      from pg_policy p
    union all
    select 'rule', r.ev_class::regclass || '.' || r.rulename, pg_get_ruledef(r.oid)
      from pg_rewrite r
      join pg_class c on c.oid = r.ev_class
      join us on us.ns = c.relnamespace
     where r.rulename <> '_RETURN'
    union all
    select 'event trigger', e.evtname::text, concat_ws('|', e.evtevent, e.evtfoid::regprocedure) from pg_event_trigger e
    union all
    select 'operator', o.oid::regoperator::text, o.oprcode::text from pg_operator o where o.oid >= 16384
    union all
    select 'cast', concat_ws(' ', x.castsource::regtype, x.casttarget::regtype), x.castfunc::regprocedure::text
      from pg_cast x
     where x.oid >= 16384
    union all
    select 'setting', coalesce(r.rolname, 'all roles'), s.setconfig::text
      from pg_db_role_setting s
      left join pg_database b on b.oid = s.setdatabase
      left join pg_roles r on r.oid = s.setrole
     where coalesce(b.datname = current_database(), true)
       and (s.setrole = 0 or r.rolname like 'pledged%' or r.rolname = current_user)
)
select concat_ws(' ', o.kind, o.name, encode(sha256(convert_to(o.text, 'UTF8')), 'hex')) as line
  from objects o
 order by concat_ws(' ', o.kind, o.name) collate "C"
