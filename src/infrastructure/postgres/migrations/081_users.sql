create table counterfoil.users (
  id             text        primary key,
  email          text        not null,
  name           text        not null,
  -- scrypt with its cost beside it; null until a password was chosen.
  password_hash  text,
  -- Encrypted (AES-256-GCM) and bound to the user's id.
  totp_secret    bytea,
  totp_offer     bytea,
  -- The last step of the clock whose code was used: no code works twice.
  totp_last_step bigint,
  created_at     timestamptz not null default now()
);

comment on table counterfoil.users is
  'Who the users of the console are, and what they sign in with. Roles and states are facts, in the streams user-<id>.';

create unique index users_by_email on counterfoil.users (lower(email));
create index users_by_time on counterfoil.users (created_at, id);

create table counterfoil.user_sessions (
  token_sha256 bytea       primary key,
  id           text        not null unique,
  user_id      text        not null,
  stage        text        not null,
  network      text        not null,
  user_agent   text        not null,
  created_at   timestamptz not null default now(),
  last_seen_at timestamptz not null default now()
);

comment on table counterfoil.user_sessions is
  'Who is signed in where, by the digest of the cookie: whoever reads this table cannot use one.';

create index user_sessions_by_user on counterfoil.user_sessions (user_id, last_seen_at);
create index user_sessions_by_age on counterfoil.user_sessions (created_at);

create table counterfoil.user_links (
  token_sha256 bytea       primary key,
  purpose      text        not null,
  user_id      text,
  expires_at   timestamptz not null
);

comment on table counterfoil.user_links is 'Links that work once, by the digest of their token; used ones are gone.';

create table counterfoil.sign_in_tries (
  -- SHA-256 with the deployment's key: addresses are personal.
  subject      bytea       primary key,
  tries        integer     not null,
  window_ends  timestamptz not null,
  locked_until timestamptz
);

create table counterfoil.access_log (
  id         uuid        primary key,
  at         timestamptz not null default now(),
  user_id    text,
  action     text        not null,
  result     text        not null,
  request_id text        not null,
  network    text        not null
);

comment on table counterfoil.access_log is 'Who looked at what in the console, and who tried to sign in. Rows are only added.';

create index access_log_by_time on counterfoil.access_log (at, id);
create index access_log_by_user on counterfoil.access_log (user_id, at, id);

alter table counterfoil.api_keys add column last_used_at timestamptz;
create index api_keys_by_holder on counterfoil.api_keys (holder) where holder is not null;
