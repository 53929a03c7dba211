alter table counterfoil.effect_attempts add column fencing_token bigint not null default 0;

comment on column counterfoil.effect_attempts.fencing_token is
  'The greatest token of a lease that has written here; who comes with a smaller one was taken for dead, and is refused.';

-- Tokens come from the clock in microseconds, in Postgres as in Redis, so that they go on growing when the one takes over
-- from the other and when a crash empties this unlogged table.
drop sequence counterfoil.lease_tokens;
