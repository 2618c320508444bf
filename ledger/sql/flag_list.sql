-- flag_list: a page of red flags, in the order of raising unless another is asked for; row-level security of whoever
-- asks applies. Amounts are those of the loans that a flag is about, as far as who asks sees them.
-- $6 state (open, cleared), $7 severity, $8 code, $9 record: one of its records; each or null
-- -> cursor text, total int8, amount text, item text (JSON)
with every as not materialized (
    select (x.flag).id, x.flag, x.fen,
           coalesce(case ltrim($4::text, '-')
                when 'amount' then lpad(x.fen::text, 20, '0')
                when 'severity' then case (x.flag).severity when 'low' then '1' when 'med' then '2' else '3' end
                when 'code' then (x.flag).code end, '') collate "C" as sort
      from (select f as flag, (
                   select sum(l.amount_fen)::bigint
                     from loan l
                    where l.id in (select r.record_id from flag_record r where r.flag = f.id and r.type = 'loan')
                      and not record_has_later(l.id, l.version, null)) as fen
              from flag f) x
),
hits as not materialized (
    select x.id, x.sort, x.fen, x.flag
      from every x
     where ($6::text is null or ($6::text = 'cleared') = exists (select from flag_clearing c where c.flag = x.id))
       and ($7::text is null or (x.flag).severity = $7::text)
       and ($8::text is null or (x.flag).code = $8::text)
       and ($9::uuid is null
            or exists (select from flag_record r where r.flag = x.id and r.record_id = $9::uuid))
       and ($3::text is null
            or position(upper($3::text) in (x.flag).code) > 0
            or exists (select from flag_rule u where u.code = (x.flag).code and position($3::text in u.title) > 0)
            or exists (select from flag_record r
                         join submission e on e.id = r.record_id and e.version = r.version
                        where r.flag = x.id
                          and (position(text_form($3::text) in e.key_form) > 0 or record_names(e.body, $3::text))))
),
--+ page uuid
select p.id::text as cursor, c.total, c.amount, flag_json(p.flag, 20) as item
  from page p
 cross join counted c
 order by p.turn
