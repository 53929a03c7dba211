-- An append that says which revision it expects is looked up where its stream should end, and its other events not at
-- all. To look for a stream's last revision costs six times as much: Postgres reads the stream's whole last page.
-- What the arrays hold is said in 003.
create or replace function eventstore.append(
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
