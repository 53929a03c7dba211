create table counterfoil.api_keys (
  id            text        primary key,
  name          text        not null,
  -- The first characters of the secret: enough to find the row, far from enough to guess the rest.
  prefix        text        not null,
  secret_sha256 bytea       not null unique,
  scopes        text[]      not null,
  livemode      boolean     not null,
  created_at    timestamptz not null default now(),
  expires_at    timestamptz,
  revoked_at    timestamptz
);

comment on table counterfoil.api_keys is
  'API keys by the digest of their secret: whoever reads this table cannot use one.';

create index api_keys_by_prefix on counterfoil.api_keys (prefix);
