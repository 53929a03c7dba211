create type eventstore.place as (first_revision bigint, first_position bigint);

-- Where an append stands that was made before: all of its event ids, in order, next to each other in its stream and,
-- unless any place will do (-2), at the revisions that follow the expected one. Null when it was not made.
create function eventstore.earlier_append(in_stream text, expected bigint, ids uuid[])
returns eventstore.place
language plpgsql as $$
declare
  place eventstore.place;
begin
  select e.revision, e.position into place.first_revision, place.first_position
    from eventstore.events e where e.event_id = ids[1] and e.stream = in_stream;
  if not found or (expected <> -2 and place.first_revision <> expected + 1) then
    return null;
  end if;
  if exists (
    select from unnest(ids) with ordinality as given (id, ordinal)
      left join eventstore.events e on e.stream = in_stream and e.revision = place.first_revision + given.ordinal - 1
      where e.event_id is distinct from given.id
  ) then
    return null;
  end if;
  return place;
end $$;

-- Writes a batch of appends in one round trip, one transaction and one flush. The arrays have one entry per event, the
-- events of one append next to each other:
--   streams, ids, types, documents (the event's data), metadata
--   appends    which append of the batch the event belongs to, from 1
--   lasts      whether it is the last event of its append
--   expected   revision that its append expects; -1 no stream, -2 any
--   firsts     how many events of the batch before its append go to the same stream
--   places     how many events of the batch before it go to the same stream
--
-- Positions are dealt out under a lock that Postgres releases only after the commit has become visible. So positions
-- grow in the order of commits and have no gaps, and a reader of `position > n` can never be overtaken by a smaller
-- one. A sequence would not do: its numbers become visible out of order and are lost in rollbacks.
create function eventstore.append(
  streams text[], ids uuid[], types text[], documents json[], metadata json[],
  appends int[], lasts boolean[], expected bigint[], firsts int[], places int[]
)
returns table (outcome text, last_revision bigint, last_position bigint)
language plpgsql as $$
declare
  -- Listed with all others in advisory-locks.ts.
  append_lock constant bigint := 4020191002;
  written_at timestamptz;
  head_position bigint;
  heads bigint[];
  refused boolean;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'eventstore.append needs read committed: other levels look at the log before the lock is held';
  end if;
  perform pg_advisory_xact_lock(append_lock);
  -- Every statement from here on sees all that was committed before the lock was granted.
  head_position := coalesce((select max(e.position) from eventstore.events e), 0);
  written_at := clock_timestamp();

  -- Nearly always every append of a batch is at its stream's head and new: then all go in with one statement.
  select
    array_agg(head.revision order by given.ordinal),
    bool_or(case given.expects
      when -2 then exists (select from eventstore.events e where e.event_id = given.id)
      else given.expects <> head.revision + given.first
    end)
    into heads, refused
    from unnest(streams, ids, expected, firsts) with ordinality as given (stream, id, expects, first, ordinal),
    lateral (select coalesce(
      (select e.revision from eventstore.events e where e.stream = given.stream order by e.revision desc limit 1), -1
    ) as revision) head;

  if refused then
    return query select * from eventstore.append_one_by_one(
      head_position, written_at, streams, ids, types, documents, metadata, appends, expected);
  else
    insert into eventstore.events (position, stream, revision, event_id, type, data, metadata, recorded_at)
      select head_position + g.ordinal, g.stream, g.head + 1 + g.place, g.id, g.type, g.document, g.meta, written_at
      from unnest(streams, heads, places, ids, types, documents, metadata) with ordinality
        as g (stream, head, place, id, type, document, meta, ordinal);
    return query
      select 'appended', g.head + 1 + g.place, head_position + g.ordinal
      from unnest(heads, places, lasts) with ordinality as g (head, place, last, ordinal)
      where g.last order by g.ordinal;
  end if;
end $$;

-- The same for a batch in which not all is new and expected: each append is judged on what those before it left.
-- Called under the lock of eventstore.append.
create function eventstore.append_one_by_one(
  head_position bigint, written_at timestamptz,
  streams text[], ids uuid[], types text[], documents json[], metadata json[], appends int[], expected bigint[]
)
returns table (outcome text, last_revision bigint, last_position bigint)
language plpgsql as $$
declare
  this record;
  earlier eventstore.place;
  head bigint;
begin
  for this in
    select g.append, min(g.ordinal) as first, max(g.ordinal) as last, count(*) as size
      from unnest(appends) with ordinality as g (append, ordinal) group by g.append order by g.append
  loop
    head := coalesce((select e.revision from eventstore.events e
      where e.stream = streams[this.first] order by e.revision desc limit 1), -1);
    earlier := null;
    if expected[this.first] <> head then
      earlier := eventstore.earlier_append(streams[this.first], expected[this.first], ids[this.first:this.last]);
    end if;
    if earlier.first_revision is not null then
      return query select 'repeated',
        earlier.first_revision + this.size - 1, earlier.first_position + this.size - 1;
    elsif expected[this.first] not in (head, -2) then
      return query select 'conflict', nullif(head, -1), null::bigint;
    else
      insert into eventstore.events (position, stream, revision, event_id, type, data, metadata, recorded_at)
        select head_position + g.ordinal, streams[this.first], head + g.ordinal,
          g.id, g.type, g.document, g.meta, written_at
        from unnest(ids[this.first:this.last], types[this.first:this.last], documents[this.first:this.last],
          metadata[this.first:this.last]) with ordinality as g (id, type, document, meta, ordinal);
      head_position := head_position + this.size;
      return query select 'appended', head + this.size, head_position;
    end if;
  end loop;
end $$;
