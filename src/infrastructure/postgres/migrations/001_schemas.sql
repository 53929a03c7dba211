create schema if not exists eventstore;
create schema if not exists counterfoil;
