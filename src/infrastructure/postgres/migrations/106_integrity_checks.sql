create table counterfoil.integrity_checks (
  id           text        primary key,
  requested_by text        not null,
  reason       text,
  created_at   timestamptz not null default clock_timestamp(),
  finished_at  timestamptz,
  result       jsonb
);
create index integrity_checks_by_time on counterfoil.integrity_checks (created_at, id);
create index integrity_checks_pending on counterfoil.integrity_checks (created_at) where finished_at is null;
