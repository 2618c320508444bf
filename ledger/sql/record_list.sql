-- record_list: a page of the current records of one type, in the order of recording unless another is asked for.
-- $1 type, $2 after (uuid) or null, $3 limit, $4 subject or null, $5 state or null, $6 a part of a number, name or
-- code or null, $7 order or null ('-on': the latest first), $8 whether all are counted
-- -> as record_get, and page int8 (as loan_list), total int8 (null when it was not asked for)
-- The record that a page begins behind: as in loan_list.
with every as not materialized (
    select r.id, r.version, r.body, r.subject, r.key_form,
           coalesce(case ltrim($7::text, '-') when 'on' then r.on_day::text when 'key' then r.key end, '')
               collate "C" as sort
      from submission r
     where r.type = $1::text
       and not record_has_later(r.id, r.version, null)
),
hits as not materialized (
    select r.id, r.version, octet_length(r.body::text) as bytes, r.sort
      from every r
     where ($4::text is null or r.subject = $4::text)
       and ($5::text is null or record_state($1::text, r.id) = $5::text)
       and ($6::text is null or position(text_form($6::text) in r.key_form) > 0 or record_names(r.body, $6::text))
),
page as (
    select h.id, h.version, h.bytes, row_number() over () as turn
      from (
           select h.*
             from hits h
            where $2::uuid is null
               or case when $7::text is null or $7::text = 'recorded' then h.id > $2::uuid
                       when $7::text = '-recorded' then h.id < $2::uuid
                       when $7::text like '-%' then
                            (h.sort, h.id) < (select a.sort, a.id from every a where a.id = $2::uuid)
                       else (h.sort, h.id) > (select a.sort, a.id from every a where a.id = $2::uuid) end
            order by case when $7::text like '-%' then h.sort end desc,
                     case when $7::text not like '-%' then h.sort end,
                     case when $7::text like '-%' then h.id end desc,
                     h.id
            limit $3::int) h
),
sized as (
    select p.id, p.version, p.turn, sum(p.bytes) over (order by p.turn) - p.bytes as before,
           count(*) over () as page
      from page p
)
select a.outcome, a.id, a.version, a.body, a.sha256, a.recorded_at, a.recorded_by, a.flags, a.leaf,
       a.leaf_hash, a.head, record_life_members(a.type, a.id, a.version, null, null)::text as life,
       null::text as mark, s.page, case when $8::bool then (select count(*) from hits) end as total
  from sized s
  join record_answer a on a.id = s.id and a.version = s.version
 where s.before < 8388608
 order by s.turn
