-- verify_access: defects of who read what: a row each
-- -> defect text, place text
-- Entries are numbered from 1 without a gap. A batch that has no digest yet is stored, and about to be taken.
select 'access_log that is not as its batch was taken' as defect, coalesce(a.batch, b.batch) || '' as place
  from (select x.batch, count(*) as n, max(x.n) as last,
               sha256(string_agg(access_digest(x, coalesce(t.form, 2)), ''::bytea order by x.n)) as digest
          from access_log x
          left join access_batch t on t.batch = x.batch
         group by x.batch) a
  full join access_batch b on b.batch = a.batch
 where a.last <> a.n
    or (a.n, a.digest) is distinct from (b.n, b.digest)
       and not (b.batch is null and a.batch in (
                select y.batch from access_log y order by y.batch desc, y.n desc limit 1000))
 order by 1, 2
