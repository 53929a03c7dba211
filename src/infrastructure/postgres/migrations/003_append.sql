-- Writes a batch of appends in one round trip, one transaction and one flush.
--
-- `batch` is an array with one object per event, the events of one append next to each other:
--   n  which append of the batch, from 0        s  stream
--   k  which event of its append, from 1        i  event id
--   c  how many events its append has           t  type
--   x  expected revision of the append:         d  data
--      -1 no stream, -2 any                     m  metadata
--
-- Positions are dealt out under a lock that Postgres releases only after the commit has become visible. So positions
-- grow in the order of commits and have no gaps, and a reader of `position > n` can never be overtaken by a smaller
-- one. A sequence would not do: its numbers become visible out of order and are lost in rollbacks.
create function eventstore.append(batch json)
returns table (outcome text, last_revision bigint, last_position bigint)
language plpgsql as $$
declare
  -- Any number; the append function is the only one to use it.
  append_lock constant bigint := 4020191002;
  event record;
  head bigint;
  head_of text;
  next_position bigint;
  accepted boolean;
  earlier record;
  written_at timestamptz;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'eventstore.append needs read committed: other levels look at the log before the lock is held';
  end if;
  perform pg_advisory_xact_lock(append_lock);
  -- Every statement from here on sees all that was committed before the lock was granted.
  next_position := 1 + coalesce((select max(e.position) from eventstore.events e), 0);
  written_at := clock_timestamp();

  for event in
    select * from json_to_recordset(batch)
      as r (n int, k int, c int, x bigint, s text, i uuid, t text, d json, m json)
  loop
    if event.k = 1 then
      if head_of is distinct from event.s then
        head_of := event.s;
        head := coalesce(
          (select e.revision from eventstore.events e where e.stream = event.s order by e.revision desc limit 1), -1);
      end if;
      accepted := event.x = head;
      if not accepted then
        select * into earlier from eventstore.earlier_append(batch, event.n, event.s, event.x);
        if earlier.first_revision is not null then
          outcome := 'repeated';
          last_revision := earlier.first_revision + event.c - 1;
          last_position := earlier.first_position + event.c - 1;
          return next;
        elsif event.x = -2 then
          accepted := true;
        else
          outcome := 'conflict';
          last_revision := nullif(head, -1);
          last_position := null;
          return next;
        end if;
      end if;
    end if;
    if accepted then
      head := head + 1;
      insert into eventstore.events (position, stream, revision, event_id, type, data, metadata, recorded_at)
        values (next_position, event.s, head, event.i, event.t, event.d, event.m, written_at);
      if event.k = event.c then
        outcome := 'appended';
        last_revision := head;
        last_position := next_position;
        return next;
      end if;
      next_position := next_position + 1;
    end if;
  end loop;
  notify eventstore;
end $$;

-- Where an append stands that was made before: all of its event ids, in order, next to each other in its stream and,
-- unless any place will do, at the revisions that follow the expected one. No row when it was not made.
create function eventstore.earlier_append(batch json, append int, in_stream text, expected bigint)
returns table (first_revision bigint, first_position bigint)
language plpgsql stable as $$
begin
  select e.revision, e.position into first_revision, first_position
    from json_to_recordset(batch) as r (n int, k int, i uuid)
    join eventstore.events e on e.event_id = r.i and e.stream = in_stream
    where r.n = append and r.k = 1;
  if first_revision is null or (expected <> -2 and first_revision <> expected + 1) then
    return;
  end if;
  if not exists (
    select from json_to_recordset(batch) as r (n int, k int, i uuid)
      left join eventstore.events e on e.stream = in_stream and e.revision = first_revision + r.k - 1
      where r.n = append and e.event_id is distinct from r.i
  ) then
    return next;
  end if;
end $$;
