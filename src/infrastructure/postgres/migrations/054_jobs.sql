create table counterfoil.jobs (
  name             text        primary key,
  due_at           timestamptz not null default clock_timestamp(),
  -- Counts the runs. Whoever writes names the run that it belongs to, and only the latest run is heard.
  fencing_token    bigint      not null default 0,
  leased_until     timestamptz,
  last_started_at  timestamptz,
  last_finished_at timestamptz,
  last_succeeded_at timestamptz,
  report           json,
  last_error       text
);
