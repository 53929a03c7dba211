import type { CustomerOperations } from '../../../application/customer/customer-effects.js';
import type { Payer } from '../../../domain/payment/events.js';
import type { CustomerId } from '../../../domain/shared/ids.js';
import { existingCustomer } from '../customer/customer-answers.js';
import { refused } from '../shared/problem.js';

/**
 * The customer of a payment as the provider knows it, for the attempt that is to be recorded; nothing where it does not.
 * @throws Refused for a customer that there is none of, and off session for a method that the customer has not saved
 */
export async function payerOf(
  customers: Pick<CustomerOperations, 'load'>,
  customerId: CustomerId | null,
  attempt: { readonly paymentMethod: string | null; readonly offSession: boolean },
): Promise<{ readonly payer?: Payer }> {
  const { paymentMethod, offSession } = attempt;
  if (customerId === null) {
    if (offSession) throw notSaved('The payment is of no customer.');
    return {};
  }
  const { state } = existingCustomer(await customers.load(customerId), 'customer');
  const saved = state.methods.some(
    (method) => method.paymentMethodId === paymentMethod && method.status === 'active',
  );
  if (offSession && !saved) throw notSaved('The customer has not saved this payment method.');
  if (state.provider.status !== 'linked') return {};
  return { payer: { providerCustomerId: state.provider.providerCustomerId, offSession } };
}

function notSaved(detail: string) {
  return refused('payment_method_not_saved', { detail, param: 'payment_method' });
}
