alter table counterfoil.customer_profiles add column method_order text[] not null default '{}';
