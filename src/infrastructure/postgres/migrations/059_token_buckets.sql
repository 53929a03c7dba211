-- Unlogged: what a crash of the server forgets is a full bucket, and taking from one waits for no disk.
-- Names and types are those that the library asks for.
create unlogged table counterfoil.token_buckets (
  key    varchar(255) primary key,
  points integer      not null default 0,
  -- Milliseconds since 1970.
  expire bigint
) with (fillfactor = 70);

comment on table counterfoil.token_buckets is
  'How many tokens of each rate limit were taken in the present window. Names of addresses are keyed digests.';
