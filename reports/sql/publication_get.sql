-- publication_get: how far the publication of a quarter has come.
-- $1 quarter
-- -> document text (JSON; null when nobody has proposed it), published_at text (null: it is not published)
select publication_told($1::text)::text as document,
       (select instant_text(x.recorded_at) from publication x where x.quarter = $1::text and x.step = 'publish')
           as published_at
