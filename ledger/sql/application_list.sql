-- application_list: a page of applications, in the order of recording unless another is asked for; row-level security
-- of whoever asks applies.
-- $1 after (uuid) or null, $2 limit, $3 policy code, $4 state, $5 waiting (bool): only those that wait for whoever
--    asks, $6 a part of its reference or of the firm's name, $7 order ('-on': the latest first); each or null;
--    $8 whether all are counted
-- -> as record_get, and page int8 (as loan_list), total int8 (null when it was not asked for)
-- The record that a page begins behind: as in loan_list.
with every as not materialized (
    select r.id, r.version, r.body, r.key_form, a.policy_code, a.loan_id, n.state,
           coalesce(case ltrim($7::text, '-') when 'on' then r.on_day::text when 'key' then r.key end, '')
               collate "C" as sort
      from application a
      join submission r on r.id = a.id and r.version = 1
      join application_now n on n.application = a.id
),
hits as not materialized (
    select a.id, a.version, octet_length(a.body::text) as bytes, a.sort
      from every a
     where ($3::text is null or a.policy_code = $3::text)
       and ($4::text is null or a.state = $4::text)
       and ($5::boolean is not true or a.state in ('reserved', 'approved') and application_waits(a.id))
       and ($6::text is null
            or position(text_form($6::text) in a.key_form) > 0
            or exists (select from loan l where l.id = a.loan_id and position($6::text in l.borrower_name) > 0))
),
page as (
    select h.id, h.version, h.bytes, row_number() over () as turn
      from (
           select h.*
             from hits h
            where $1::uuid is null
               or case when $7::text is null or $7::text = 'recorded' then h.id > $1::uuid
                       when $7::text = '-recorded' then h.id < $1::uuid
                       when $7::text like '-%' then
                            (h.sort, h.id) < (select a.sort, a.id from every a where a.id = $1::uuid)
                       else (h.sort, h.id) > (select a.sort, a.id from every a where a.id = $1::uuid) end
            order by case when $7::text like '-%' then h.sort end desc,
                     case when $7::text not like '-%' then h.sort end,
                     case when $7::text like '-%' then h.id end desc,
                     h.id
            limit $2::int) h
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
