-- Invoices are told apart without signs, as subsidy_invoice_unit now writes them. Of two that become one, which were
-- both paid already, the first is rewritten.
with invoice as (
    select u.application, u.unit,
           regexp_replace(split_part(u.unit, ' ', 3), '[^0-9]', '', 'g') as digits,
           regexp_replace(split_part(u.unit, ' ', 2) collate "und-x-icu", '[^[:alnum:]]', '', 'g') as seller,
           regexp_replace(split_part(u.unit, ' ', 3) collate "und-x-icu", '[^[:alnum:]]', '', 'g') as no
      from subsidy_unit u
     where u.unit like 'invoice %'
),
form as (
    select i.application, i.unit,
           'invoice ' || case when length(i.digits) = 20 then i.digits else i.seller || ' ' || i.no end as now
      from invoice i
),
first as (
    select f.*, row_number() over (partition by f.now order by f.unit <> f.now, f.application) as n from form f
)
update subsidy_unit u
   set unit = f.now
  from first f
 where f.application = u.application and f.unit = u.unit and f.n = 1 and f.unit <> f.now;
