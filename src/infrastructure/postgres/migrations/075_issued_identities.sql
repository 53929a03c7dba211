create table counterfoil.issued_identities (
  invoice_id text        primary key,
  -- Text and not jsonb: the invoice's stream holds the digest of these very bytes.
  document   text        not null,
  kept_at    timestamptz not null default now()
);

comment on table counterfoil.issued_identities is
  'Whom each invoice was addressed to when it was issued. Personal data: written once, never changed, erased on request.';
