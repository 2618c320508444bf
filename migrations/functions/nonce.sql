-- Numbers that signed requests came with.

-- Takes each number of a list that was not taken before: of one that stands in it twice the first. Those whose time is
-- over go, as a request with them is too old to be taken.
create or replace function nonce_take(asked json) returns table (ord bigint, is_new boolean) language plpgsql
    security definer set search_path = public, pg_temp as $$
begin
    delete from request_nonce n where n.until_at < now() - interval '1 minute';
    return query
    with input as materialized (
        select x.place, decode(x.key, 'hex') as key, x.nonce, to_timestamp(x.until) as until_at,
               row_number() over (partition by x.key, x.nonce order by x.place) as turn
          from rows from (json_to_recordset(asked) as (key text, nonce text, until bigint))
               with ordinality as x(key, nonce, until, place)
    ),
    taken as (
        insert into request_nonce as n (key, nonce, until_at)
        select i.key, i.nonce, i.until_at
          from input i
         where i.turn = 1
         order by i.key, i.nonce
        on conflict do nothing
        returning n.key, n.nonce
    )
    select i.place, i.turn = 1 and t.key is not null
      from input i
      left join taken t on t.key = i.key and t.nonce = i.nonce
     order by i.place;
end $$;
