-- enterprise_list: a page of firms that the reader may see something of, by code unless another order is asked for.
-- -> cursor text, total int8, amount text, uscc text, name text, district text, industry text,
--    loans int8, last_loan_on text (of the loans that the reader sees)
with every as not materialized (
    select s.uscc as id, case when $3::text is not null then string_agg(distinct s.name, ' ') end as names,
           coalesce(case ltrim($4::text, '-') when 'name' then max(s.name) end, '') collate "C" as sort
      from firm_submission s
     group by s.uscc
),
hits as not materialized (
    select x.id, x.sort, null::bigint as fen
      from every x
     where ($3::text is null or position(upper($3::text) in x.id) > 0 or position($3::text in x.names) > 0)
),
--+ page text
select p.id as cursor, c.total, c.amount, p.id as uscc, l.name, l.district, l.industry, o.loans, o.last_loan_on
  from page p
 cross join counted c
 cross join lateral (
       select (array_agg(s.name order by s.year desc, s.recorded_at desc, s.id desc)
                   filter (where s.name is not null))[1] as name,
              (array_agg(s.district order by s.year desc, s.recorded_at desc, s.id desc))[1] as district,
              (array_agg(s.industry order by s.year desc, s.recorded_at desc, s.id desc)
                   filter (where s.industry is not null))[1] as industry
         from firm_submission s
        where s.uscc = p.id) l
 cross join lateral (
       select count(*) as loans, max(x.signed_on)::text as last_loan_on
         from loan x
        where x.borrower = p.id
          and not record_has_later(x.id, x.version, null)) o
 order by p.turn
