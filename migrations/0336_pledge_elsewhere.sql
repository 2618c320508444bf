-- pledge_live (functions/ip.sql) is told whether the pledges are one's own or those of others.
drop function if exists pledge_live(text, date, date, bigint, timestamptz);
