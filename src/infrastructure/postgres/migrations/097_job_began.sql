-- When the last run began that met no error. It looked no further than that, and last_succeeded_at, its end, is not read any more.
alter table counterfoil.jobs add column last_good_started_at timestamptz;

update counterfoil.jobs set last_good_started_at = least(last_started_at, last_succeeded_at)
where last_succeeded_at is not null;
