-- city_districts: the districts of the city as they stand.
-- -> code text, zh text, en text
select d.code, d.zh, d.en from city_district d order by d.code
