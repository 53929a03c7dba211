create table counterfoil.customer_profiles (
  record_id       uuid        primary key,
  customer        text        not null,
  name            text,
  email           text,
  phone           text,
  billing_address jsonb,
  tax_ids         jsonb       not null,
  locale          text,
  time_zone       text,
  currencies      text[]      not null,
  metadata        jsonb       not null,
  kept_at         timestamptz not null default now()
);

comment on table counterfoil.customer_profiles is
  'Personal data, apart from the events that name a record by its id. A row is written once; the stream says which counts.';

create index customer_profiles_by_email on counterfoil.customer_profiles (lower(email));
create index customer_profiles_by_customer on counterfoil.customer_profiles (customer);
create index customer_profiles_by_age on counterfoil.customer_profiles (kept_at, record_id);

create table counterfoil.payment_method_details (
  record_id uuid        primary key,
  customer  text        not null,
  brand     text,
  last4     text,
  exp_month smallint,
  exp_year  smallint,
  funding   text,
  country   text,
  kept_at   timestamptz not null default now()
);

comment on table counterfoil.payment_method_details is
  'What a person would recognise a payment method by, kept like a profile: written once, named by the stream.';

create index payment_method_details_by_customer on counterfoil.payment_method_details (customer);
create index payment_method_details_by_age on counterfoil.payment_method_details (kept_at, record_id);
