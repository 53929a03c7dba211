-- Each filter of the list has an index in the list's order.
create index notifications_by_status  on counterfoil.notifications (status, created_at, id);
create index notifications_by_kind    on counterfoil.notifications (kind, created_at, id);
create index notifications_by_subject on counterfoil.notifications (subject, created_at, id);
