create table eventstore.events (
  position    bigint      primary key check (position > 0),
  stream      text        not null,
  revision    bigint      not null check (revision >= 0),
  event_id    uuid        not null unique,
  type        text        not null,
  -- json, not jsonb: the store gives back what was written, and writes it without taking it apart.
  data        json        not null,
  metadata    json        not null,
  recorded_at timestamptz not null,
  unique (stream, revision)
);

comment on table eventstore.events is
  'The log of facts. Append-only: written by eventstore.append alone, in the order of position.';

create function eventstore.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'eventstore.events is append-only: % refused', tg_op using errcode = 'restrict_violation';
end $$;

create trigger append_only before update or delete or truncate on eventstore.events
  for each statement execute function eventstore.refuse_change();
