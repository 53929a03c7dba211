create schema if not exists eventstore;
create schema if not exists counterfoil;
create schema if not exists read;
