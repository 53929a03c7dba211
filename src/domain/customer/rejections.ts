/** Every business refusal of the customer decider, by its stable code. */
export type CustomerRejection =
  | { readonly code: 'customer_not_found' }
  | { readonly code: 'customer_already_exists' }
  /** Another revision came first: what this one was made from is old. */
  | { readonly code: 'profile_revised_meanwhile'; readonly version: number }
  | { readonly code: 'too_many_setups_in_progress'; readonly most: number }
  | { readonly code: 'too_many_payment_methods'; readonly most: number }
  | { readonly code: 'payment_method_not_found' }
  | { readonly code: 'payment_method_removal_in_progress' }
  | { readonly code: 'last_payment_method_of_active_plan' }
  | { readonly code: 'too_many_plans'; readonly most: number }
  /** The provider speaks of another customer or setup than ours: for a person to look at. */
  | { readonly code: 'provider_contradicts_history'; readonly detail: string };
