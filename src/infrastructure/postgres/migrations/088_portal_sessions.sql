create table counterfoil.portal_sessions (
  -- SHA-256 of the cookie's token.
  digest     bytea       primary key,
  customer   text        not null,
  started_at timestamptz not null default clock_timestamp(),
  seen_at    timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null
);
create index portal_sessions_by_expiry on counterfoil.portal_sessions (expires_at);
create index portal_sessions_by_customer on counterfoil.portal_sessions (customer);
