-- account_entries: why a balance is what it is: the movements of an account by effective day.
-- $1 code, $2 first day or null, $3 last day or null, $4 known_at or null, $5 after "day id" of the page before
--    or null, $6 limit
-- -> opening text, closing text, on_day date, id uuid, reference text, other text, cause text,
--    cause_id uuid, amount text, after text, memo text, recorded_by text, cursor text. One row without an id when
--    there are no movements
with side as (
    select case when a.kind in ('asset', 'expense') then 1 else -1 end as sign
      from account a
     where a.code = $1::text
),
entry as (
    select t.id, t.reference, t.credit as other, t.cause, t.cause_id, t.amount_fen as delta, t.on_day, t.memo,
           t.recorded_by
      from transfer t
     where t.debit = $1::text
       and ($4::timestamptz is null or t.recorded_at <= $4::timestamptz)
    union all
    select t.id, t.reference, t.debit, t.cause, t.cause_id, -t.amount_fen, t.on_day, t.memo, t.recorded_by
      from transfer t
     where t.credit = $1::text
       and ($4::timestamptz is null or t.recorded_at <= $4::timestamptz)
),
bounds as (
    select s.sign,
           case when $2::date is null then 0
                else s.sign * account_balance_fen($1::text, $2::date - 1, $4::timestamptz) end as opening,
           s.sign * account_balance_fen($1::text, $3::date, $4::timestamptz) as closing
      from side s
),
running as (
    select e.*, b.opening + b.sign * sum(e.delta) over (order by e.on_day, e.id) as after
      from entry e
     cross join bounds b
     where ($2::date is null or e.on_day >= $2::date)
       and ($3::date is null or e.on_day <= $3::date)
)
select yuan_text(b.opening) as opening, yuan_text(b.closing) as closing, r.on_day, r.id, r.reference, r.other,
       r.cause, r.cause_id, yuan_text(b.sign * r.delta) as amount, yuan_text(r.after::bigint) as after, r.memo,
       r.recorded_by, r.on_day || ' ' || r.id as cursor
  from bounds b
  left join running r on $5::text is null or r.on_day || ' ' || r.id > $5::text
 order by r.on_day, r.id
 limit $6::int
