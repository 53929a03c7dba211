create table counterfoil.health_history (
  id      bigint      primary key generated always as identity,
  at      timestamptz not null default now(),
  healthy boolean     not null,
  checks  jsonb       not null
);

comment on table counterfoil.health_history is 'What /health/payments said every five minutes; kept for 90 days.';

create index health_history_unhealthy on counterfoil.health_history (id) where not healthy;
