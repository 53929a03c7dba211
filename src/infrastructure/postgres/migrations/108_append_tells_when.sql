-- Tells when an append was written as well, so that who made it knows its events as the log has them. It is null for an append that
-- was made before or refused. What the arrays hold is said in 003, and in 105 why a stream's end is looked up where it should be.
create function eventstore.append_batch(
  streams text[], ids uuid[], types text[], documents json[], metadata json[],
  appends int[], lasts boolean[], expected bigint[], firsts int[], places int[]
)
returns table (outcome text, last_revision bigint, last_position bigint, appended_at timestamptz)
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
    raise exception 'eventstore.append_batch needs read committed: other levels look at the log before the lock is held';
  end if;
  perform pg_advisory_xact_lock(append_lock);
  -- Every statement from here on sees all that was committed before the lock was granted.
  head_position := coalesce((select max(e.position) from eventstore.events e), 0);
  written_at := clock_timestamp();

  -- Nearly always every append of a batch is at its stream's head and new: then all go in with one statement.
  -- `head` is the revision that the stream had before the batch, as each append understands it.
  select array_agg(known.head order by known.ordinal), bool_or(known.refused)
    into heads, refused
    from (
      select given.ordinal, given.expects - given.first as head,
        given.place = given.first and given.expects - given.first <> coalesce(
          (select max(e.revision) from eventstore.events e
            where e.stream = given.stream and e.revision >= given.expects - given.first),
          -1
        ) as refused
        from unnest(streams, expected, firsts, places) with ordinality
          as given (stream, expects, first, place, ordinal)
        where given.expects <> -2
      union all
      select given.ordinal,
        coalesce((select max(e.revision) from eventstore.events e where e.stream = given.stream), -1),
        exists (select from eventstore.events e where e.event_id = given.id)
        from unnest(streams, ids, expected) with ordinality as given (stream, id, expects, ordinal)
        where given.expects = -2
    ) known;

  if refused then
    return query
      select one.outcome, one.last_revision, one.last_position, case one.outcome when 'appended' then written_at end
      from eventstore.append_one_by_one(
        head_position, written_at, streams, ids, types, documents, metadata, appends, expected) one;
  else
    insert into eventstore.events (position, stream, revision, event_id, type, data, metadata, recorded_at)
      select head_position + g.ordinal, g.stream, g.head + 1 + g.place, g.id, g.type, g.document, g.meta, written_at
      from unnest(streams, heads, places, ids, types, documents, metadata) with ordinality
        as g (stream, head, place, id, type, document, meta, ordinal);
    return query
      select 'appended', g.head + 1 + g.place, head_position + g.ordinal, written_at
      from unnest(heads, places, lasts) with ordinality as g (head, place, last, ordinal)
      where g.last order by g.ordinal;
  end if;
end $$;

-- For programs from before this file; the next release may drop it.
create or replace function eventstore.append(
  streams text[], ids uuid[], types text[], documents json[], metadata json[],
  appends int[], lasts boolean[], expected bigint[], firsts int[], places int[]
)
returns table (outcome text, last_revision bigint, last_position bigint)
language sql as $$
  select written.outcome, written.last_revision, written.last_position
  from eventstore.append_batch(streams, ids, types, documents, metadata, appends, lasts, expected, firsts, places) written
$$;

comment on table eventstore.events is
  'The log of facts. Append-only: written by eventstore.append_batch alone, in the order of position.';
