import { describe, expect, it } from '@jest/globals';
import { customer } from '../../../src/domain/customer/customer.js';
import type { CustomerEvent } from '../../../src/domain/customer/events.js';
import { inPreferredOrder, methodToCharge } from '../../../src/domain/customer/payment-methods.js';
import { fold } from '../../../src/domain/shared/decider.js';
import { registered } from '../../support/customer-examples.js';
import { at } from '../../support/payment-examples.js';

/** The first that is saved is the default. */
function customerWith(...kinds: readonly string[]) {
  const added = kinds.map(
    (kind, n): CustomerEvent => ({
      ...{ type: 'PaymentMethodAdded', at, paymentMethodId: `pm_${n}_${kind}`, kind, detailsId: `d${n}` },
    }),
  );
  const chosen: CustomerEvent[] =
    kinds.length === 0
      ? []
      : [{ type: 'DefaultPaymentMethodChosen', at, paymentMethodId: `pm_0_${kinds[0]}` }];
  const state = fold(customer, [registered, ...added, ...chosen]);
  if (state.status === 'absent') throw new Error('nobody is registered');
  return state;
}

const offered = (state: ReturnType<typeof customerWith>, order: readonly string[]) =>
  inPreferredOrder(state, order).map(({ paymentMethodId }) => paymentMethodId);

describe('payment methods', () => {
  it('are offered with the default first, where the customer has no other wish', () => {
    expect(offered(customerWith('card', 'sepa_debit'), [])).toEqual(['pm_0_card', 'pm_1_sepa_debit']);
    expect(methodToCharge(customerWith('card', 'sepa_debit'), [])).toBe('pm_0_card');
  });

  it('are offered, and charged, by the kinds that the customer would rather pay by', () => {
    const state = customerWith('card', 'sepa_debit', 'us_bank_account', 'card');
    const order = ['us_bank_account', 'sepa_debit'];
    expect(offered(state, order)).toEqual([
      'pm_2_us_bank_account',
      'pm_1_sepa_debit',
      'pm_0_card',
      'pm_3_card',
    ]);
    expect(methodToCharge(state, order)).toBe('pm_2_us_bank_account');
    expect(methodToCharge(state, ['card'])).toBe('pm_0_card');
  });

  it('are charged by default where none is of a kind that the customer would rather pay by', () => {
    expect(methodToCharge(customerWith('card'), ['sepa_debit'])).toBe('pm_0_card');
    expect(methodToCharge(customerWith(), ['sepa_debit'])).toBeNull();
  });

  it('that are being removed are neither offered nor charged out of turn', () => {
    const removing: CustomerEvent = {
      ...{ type: 'PaymentMethodRemovalRequested', at, paymentMethodId: 'pm_1_sepa_debit' },
    };
    const state = customer.evolve(customerWith('card', 'sepa_debit'), removing);
    if (state.status === 'absent') throw new Error('nobody is registered');
    expect(offered(state, ['sepa_debit'])).toEqual(['pm_0_card']);
    expect(methodToCharge(state, ['sepa_debit'])).toBe('pm_0_card');
  });
});
