-- lpr_list: the loan prime rates, oldest first.
-- -> on_day text, one_year text, five_year text
select p.on_day::text as on_day, percent_text(p.one_year_ppm) as one_year, percent_text(p.five_year_ppm) as five_year
  from lpr p
 order by p.on_day
