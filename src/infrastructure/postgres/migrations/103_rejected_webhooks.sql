create table counterfoil.rejected_webhooks (
  minute   timestamptz primary key,
  rejected bigint      not null
);

comment on table counterfoil.rejected_webhooks is
  'How many calls of the webhook endpoint had a signature that is none of the provider''s, by the minute; kept for eight days.';
