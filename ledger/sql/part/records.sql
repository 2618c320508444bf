-- records: which records of a page are told. Fewer than the page has when they are so long that they would make more
-- than 8 MiB; at least one always is. `hits` gives version and bytes as well.
, sized as (
    select p.id, p.version, p.turn, sum(p.bytes) over (order by p.turn) - p.bytes as before,
           count(*) over () as page
      from page p
)
