-- Keys that were made before speak the version that there was; a program from before makes such keys while it is replaced.
alter table counterfoil.api_keys add column api_version text not null default '2026-11-01';
