create table counterfoil.projections (
  -- The projection's name for its live tables, `<name>:rebuild` for those that are built beside them.
  name           text        primary key,
  version        integer     not null,
  position       bigint      not null check (position >= 0),
  -- Grows when something else than applying events changed the tables: a retry of parked events, a swap.
  epoch          bigint      not null default 0,
  skipped_events bigint      not null default 0,
  updated_at     timestamptz not null default clock_timestamp()
);

comment on table counterfoil.projections is
  'Checkpoints. A row''s lock is the right to write that projection''s tables.';

create table counterfoil.parked_events (
  projection  text        not null,
  position    bigint      not null,
  event_id    uuid        not null,
  stream      text        not null,
  revision    bigint      not null,
  type        text        not null,
  recorded_at timestamptz not null,
  error       text        not null,
  -- Set while the event may pass by itself, because its statement was only cancelled: then it is tried again.
  retry_at    timestamptz,
  retries     integer     not null default 0,
  parked_at   timestamptz not null default clock_timestamp(),
  primary key (projection, position)
);
create index parked_events_by_stream on counterfoil.parked_events (projection, stream, position);
create index parked_events_to_retry on counterfoil.parked_events (projection, retry_at) where retry_at is not null;

create table counterfoil.replays (
  id          text        primary key,
  projection  text        not null,
  report      jsonb       not null,
  finished_at timestamptz not null
);
create index replays_by_time on counterfoil.replays (finished_at desc, id desc);

-- Attempts at the provider are no facts, so they stand outside of the projection that a rebuild compares.
create table counterfoil.effect_attempts (
  event_id        uuid        primary key,
  attempts        integer     not null,
  next_attempt_at timestamptz not null,
  last_error      text        not null
);
create index effect_attempts_by_time on counterfoil.effect_attempts (next_attempt_at);

-- Moves a checkpoint within the transaction that writes the projection's rows. Whoever else holds the checkpoint, or
-- has moved it since the caller read it, makes the whole transaction fail, so no event is ever applied twice.
create function counterfoil.advance_projection(
  p_name text, p_version integer, p_epoch bigint, p_from bigint, p_to bigint, p_skipped bigint
) returns void language plpgsql as $$
declare
  held counterfoil.projections;
begin
  select * into held from counterfoil.projections where name = p_name for update skip locked;
  if not found then
    raise exception 'projection % is held by another runner', p_name using errcode = 'CF001';
  end if;
  if held.position <> p_from or held.version <> p_version or held.epoch <> p_epoch then
    raise exception 'projection % was moved by another runner', p_name using errcode = 'CF002';
  end if;
  update counterfoil.projections
    set position = p_to, skipped_events = skipped_events + p_skipped, updated_at = clock_timestamp()
    where name = p_name;
end $$;

-- Ends a transaction whose updates did not find the rows that they were made for.
create function counterfoil.expect_rows(p_table text, p_found bigint, p_expected bigint) returns void
language plpgsql as $$
begin
  if p_found <> p_expected then
    raise exception '%: % of % rows to update are there', p_table, p_found, p_expected
      using errcode = 'no_data_found';
  end if;
end $$;
