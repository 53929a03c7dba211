create table counterfoil.test_clock (
  one      boolean primary key default true check (one),
  ahead_ms bigint  not null check (ahead_ms >= 0)
);
insert into counterfoil.test_clock (ahead_ms) values (0);
