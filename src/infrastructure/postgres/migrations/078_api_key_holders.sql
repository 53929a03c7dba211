alter table counterfoil.api_keys add column holder text;

comment on column counterfoil.api_keys.holder is
  'Opaque id of the person who holds the key: all keys of one holder count as one person. Null where nobody is known to.';

update counterfoil.api_keys set holder = 'bootstrap' where name = 'bootstrap';

create index api_keys_by_time on counterfoil.api_keys (created_at, id);
