-- Indicators count when finance has confirmed them: sums without records behind them, told by the office that is
-- measured by them. Those that were told so far counted from the moment they were told, and go on to.
update record_type set told = true, stated = true where name = 'indicator';
insert into confirmation (id, record_id, record_version, org_id, recorded_at, recorded_by)
select gen_random_uuid(), i.id, i.version, i.org_id, i.recorded_at, 'pledged' from indicator i;
drop function if exists indicator_figures(timestamptz);
