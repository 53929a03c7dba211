-- Each webhook leaves two old versions of its row, body included. Their places are given to the next ones once a fiftieth of the table
-- is old, not a fifth.
alter table counterfoil.inbound_webhooks set (autovacuum_vacuum_scale_factor = 0.02);
