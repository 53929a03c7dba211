-- Unlogged: a lease that a crash of the server forgets costs a wasted call, and taking one waits for no disk.
create unlogged table counterfoil.leases (
  name       text        primary key,
  token      bigint      not null,
  expires_at timestamptz not null
);

comment on table counterfoil.leases is
  'Who is at what, for a short while. An optimisation: nothing is decided on it.';

-- One sequence for all names, so that released leases need not be kept for the sake of their tokens.
create sequence counterfoil.lease_tokens;
