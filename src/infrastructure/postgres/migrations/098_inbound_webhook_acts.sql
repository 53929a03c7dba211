create table counterfoil.inbound_webhook_acts (
  id      bigint      primary key generated always as identity,
  -- No reference: what was done is kept for longer than the webhook that it was done to.
  webhook text        not null,
  act     text        not null check (act in ('replay', 'ignore')),
  actor   jsonb       not null,
  reason  text,
  request text        not null,
  at      timestamptz not null default now()
);

comment on table counterfoil.inbound_webhook_acts is 'Who had a received webhook handled again, or dismissed it, and why.';

create index inbound_webhook_acts_of on counterfoil.inbound_webhook_acts (webhook, id desc);
