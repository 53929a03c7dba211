create table counterfoil.backfill_leftovers (
  -- Of a payment or a customer of ours, or of an event of the provider's. Ids are cut into pages by their bytes.
  id            text        collate "C" primary key,
  about         text        not null check (about in ('payment', 'customer', 'news')),
  -- What the event was about, by ids alone.
  news          jsonb       check ((news is not null) = (about = 'news')),
  tries         integer     not null default 1,
  reason        text        not null,
  first_kept_at timestamptz not null default now(),
  last_kept_at  timestamptz not null default now()
);

comment on table counterfoil.backfill_leftovers is
  'What the backfill found and could not bring up to date with Stripe; each later run tries it again.';
