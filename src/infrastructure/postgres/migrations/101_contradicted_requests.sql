alter table counterfoil.effect_attempts add column contradicted boolean not null default false;

comment on column counterfoil.effect_attempts.contradicted is
  'The last answer told something against the history: it is asked again, but only a person can tell what is true.';
