-- Which event store the read models of this database are built from: positions of one mean nothing in the other.
create table counterfoil.event_source (
  one boolean primary key default true check (one),
  kind text not null
);
