-- Unlogged: what a crash of the server forgets is a full bucket, and taking from one waits for no disk. The table
-- token_buckets, which counted in windows, stays for processes of the version before.
create unlogged table counterfoil.token_levels (
  key      text primary key,
  -- Microseconds since 1970: of the last take, and when the bucket will be full.
  taken_at bigint not null,
  full_at  bigint not null,
  -- By the last take, which its own statement reads.
  granted  bigint not null
) with (fillfactor = 70);

comment on table counterfoil.token_levels is
  'When each rate limit''s bucket of tokens will be full again. Names of addresses are keyed digests.';
