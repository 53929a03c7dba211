-- Attempts are no facts, so they stand outside of the read model that a rebuild compares.
create table counterfoil.agenda_attempts (
  event_id        uuid        not null,
  kind            text        not null,
  item            text        not null,
  attempts        integer     not null,
  next_attempt_at timestamptz not null,
  last_error      text,
  primary key (event_id, kind, item)
);
create index agenda_attempts_by_time on counterfoil.agenda_attempts (next_attempt_at);
