-- Null for what operators are told.
alter table counterfoil.notifications alter column customer drop not null;

-- Shares are counted over windows of the time of arrival.
create index inbound_webhooks_by_time on counterfoil.inbound_webhooks (received_at);
