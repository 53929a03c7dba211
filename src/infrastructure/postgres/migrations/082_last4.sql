create index payment_method_details_by_last4 on counterfoil.payment_method_details (last4, customer)
  where last4 is not null;
