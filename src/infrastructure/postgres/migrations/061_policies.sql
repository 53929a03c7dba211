create table counterfoil.policy_position (
  one      boolean primary key default true check (one),
  position bigint  not null
);
insert into counterfoil.policy_position (position) values (0);

create table counterfoil.policy_failures (
  event_id        uuid        primary key,
  stream          text        not null,
  revision        bigint      not null,
  position        bigint      not null unique,
  type            text        not null,
  attempts        integer     not null default 1,
  next_attempt_at timestamptz not null default clock_timestamp() + interval '1 second',
  last_error      text        not null
);
create index policy_failures_by_stream on counterfoil.policy_failures (stream, position);
