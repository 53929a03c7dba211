create table counterfoil.idempotency_records (
  caller       text        not null,
  method       text        not null,
  path         text        not null,
  key          text        not null,
  -- SHA-256 of the canonical body.
  fingerprint  text        not null,
  -- The command that every execution of this request gives, so that none after the first takes effect.
  command_id   uuid        not null,
  -- Whoever inserted this value executes the request, until the lease is over.
  claim        uuid        not null,
  leased_until timestamptz not null,
  status       smallint,
  content_type text,
  -- The answer byte for byte: text and not json, because a repeat gets the same bytes.
  body         text,
  etag         text,
  created_at   timestamptz not null default now(),
  primary key (caller, method, path, key),
  check ((status is null) = (body is null) and (status is null) = (content_type is null))
) with (fillfactor = 70);

comment on table counterfoil.idempotency_records is
  'What was answered to each Idempotency-Key, for 30 days. A row without status is being executed, or was cut short.';

create index idempotency_records_by_age on counterfoil.idempotency_records using brin (created_at);
