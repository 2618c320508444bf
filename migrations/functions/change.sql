-- The feed of changes: records whose sight hangs on others.

-- What a stretch of the log may have brought into somebody's sight or out of it, beside the records that it consists
-- of: the events of a loan that a correction moved to another district or other parties (they are seen as the loan),
-- and the text of a policy that was approved (banks and districts see it from then on). At the place of what moved
-- them. Runs as the owner: whether the reader saw or sees them is for whoever asks.
create or replace function change_moved(after bigint, until bigint)
    returns table (seq bigint, of uuid, of_version int, id uuid, version int, type text, key text)
    language plpgsql stable rows 10 security definer set search_path = public, pg_temp as $$
begin
    return query
    select f.no + 1, r.id, r.version, e.id, 1, 'loan_event'::text, e.reference
      from log_leaf f
      join submission r on r.id = f.record_id and r.version = f.version and r.type = 'loan'
      join submission b on b.id = r.id and b.version = r.version - 1
      join loan_event e on e.loan_id = r.id and e.recorded_at < r.recorded_at
     where f.no >= after and f.no < until and f.version > 1
       and (r.district, r.parties) is distinct from (b.district, b.parties)
    union all
    select f.no + 1, r.id, r.version, p.id, p.version, p.type, p.key
      from log_leaf f
      join submission r on r.id = f.record_id and r.version = f.version and r.type = 'policy_step'
      join submission p on p.id = (r.body ->> 'policy')::uuid
     where f.no >= after and f.no < until
       and r.body ->> 'step' = 'approve'
       and not exists (select from submission x where x.id = p.id and x.version = p.version + 1);
end $$;
