-- Users whom an identity provider signs in. Who they are is the issuer with the subject; their address is told by the provider,
-- proves nothing, and may be another user's.
alter table counterfoil.users
  add column issuer  text,
  add column subject text,
  add constraint users_identity check ((issuer is null) = (subject is null));

drop index counterfoil.users_by_email;
create unique index users_by_email on counterfoil.users (lower(email)) where issuer is null;
create unique index users_by_identity on counterfoil.users (issuer, subject) where issuer is not null;

create table counterfoil.sign_in_attempts (
  token_sha256  bytea       primary key,
  state         text        not null,
  nonce         text        not null,
  code_verifier text        not null,
  next          text,
  created_at    timestamptz not null default now()
);

comment on table counterfoil.sign_in_attempts is
  'Browsers on their way to the identity provider and back, by the digest of their cookie; one that came back is gone.';

create index sign_in_attempts_by_age on counterfoil.sign_in_attempts (created_at);
