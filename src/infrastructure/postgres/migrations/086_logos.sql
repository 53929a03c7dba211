create table counterfoil.logos (
  -- Of the bytes; the branding's stream names it.
  sha256     text        primary key,
  media_type text        not null,
  width      integer     not null,
  height     integer     not null,
  bytes      bytea       not null,
  kept_at    timestamptz not null default now()
);

comment on table counterfoil.logos is
  'Pictures on documents, by the digest of their bytes. Written once, and kept as long as a document may be printed again.';
