import type { Loaded } from '../../../application/shared/command-handler.js';
import type { CustomerState, RegisteredCustomer } from '../../../domain/customer/state.js';
import { refused } from '../shared/problem.js';

export type ExistingCustomer = { readonly state: RegisteredCustomer; readonly revision: bigint };

/** @throws Refused for a customer that there is none of */
export function existingCustomer(
  { state, revision }: Loaded<CustomerState>,
  param?: string,
): ExistingCustomer {
  if (state.status !== 'absent' && revision !== null) return { state, revision };
  throw refused('resource_missing', {
    detail: 'There is no such customer.',
    ...(param === undefined ? {} : { param }),
  });
}
