alter table counterfoil.access_log add column reason text;

comment on column counterfoil.access_log.reason is 'What was given as the reason of a form that was taken.';
