alter table counterfoil.customer_profiles add column notices_off text[] not null default '{}';

create table counterfoil.notifications (
  id              text        primary key,
  kind            text        not null,
  -- What it is about, and the state of it that it tells of: together they are told once.
  subject         text        not null,
  state           text        not null,
  customer        text        not null,
  -- Ids, amounts and dates; no personal data.
  facts           jsonb       not null,
  event_id        uuid,
  status          text        not null default 'queued'
    check (status in ('queued', 'sent', 'skipped', 'parked')),
  -- Counts the times that it was asked for: a resend is another mail.
  sending         integer     not null default 1,
  attempts        integer     not null default 0,
  next_attempt_at timestamptz default clock_timestamp(),
  lease           uuid,
  leased_until    timestamptz,
  last_error      text,
  message_id      text,
  created_at      timestamptz not null default clock_timestamp(),
  settled_at      timestamptz,
  unique (kind, subject, state)
);
create index notifications_due         on counterfoil.notifications (next_attempt_at) where status = 'queued';
create index notifications_by_time     on counterfoil.notifications (created_at, id);
create index notifications_by_customer on counterfoil.notifications (customer, created_at, id);

create table counterfoil.notification_templates (
  kind       text        not null,
  language   text        not null,
  version    integer     not null,
  -- Null where the words of the program count again.
  subject    text,
  body       text,
  changed_at timestamptz not null default clock_timestamp(),
  changed_by text        not null,
  reason     text,
  primary key (kind, language, version)
);

create table counterfoil.inbox_mails (
  message_id text        primary key,
  recipient  text        not null,
  subject    text        not null,
  body_text  text        not null,
  body_html  text        not null,
  sent_at    timestamptz not null default clock_timestamp()
);
create index inbox_mails_by_time on counterfoil.inbox_mails (sent_at, message_id);
comment on table counterfoil.inbox_mails is
  'Mails of demo and test mode, which go to nobody: whole, so that somebody can read them.';

create table counterfoil.links (
  -- SHA-256 of the token, which is shown once and kept nowhere.
  digest     bytea       primary key,
  kind       text        not null check (kind in ('pay', 'portal')),
  -- The invoice or the customer that it leads to.
  target     text        not null,
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  used_at    timestamptz
);
create index links_by_expiry on counterfoil.links (expires_at);
create index payment_method_details_by_expiry on counterfoil.payment_method_details (exp_year, exp_month);
