create table counterfoil.saved_filters (
  id       text        primary key,
  user_id  text        not null,
  list     text        not null,
  name     text        not null,
  -- Values by the names of the list's filters, which were valid when they were saved.
  fields   jsonb       not null,
  saved_at timestamptz not null default now(),
  unique (user_id, list, name)
);

comment on table counterfoil.saved_filters is 'What operators of the console want to see of its lists again; theirs alone.';
