-- verify_access: defects of who read what: a row each
-- -> defect text, place text
select 'access_log that is not as its batch was taken' as defect, coalesce(a.batch, b.batch) || '' as place
  from (select x.batch, count(*) as n, sha256(string_agg(access_digest(x), ''::bytea order by x.n)) as digest
          from access_log x
         group by x.batch) a
  full join access_batch b on b.batch = a.batch
 where (a.n, a.digest) is distinct from (b.n, b.digest)
   and not (b.batch is null and a.batch in ( -- stored, about to be taken
            select y.batch from access_log y order by y.batch desc, y.n desc limit 1000))
 order by 1, 2
