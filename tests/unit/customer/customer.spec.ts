import { describe, expect, it } from '@jest/globals';
import type { CustomerCommand } from '../../../src/domain/customer/commands.js';
import { customer } from '../../../src/domain/customer/customer.js';
import type { CustomerEvent } from '../../../src/domain/customer/events.js';
import { CorruptStream } from '../../../src/domain/shared/corrupt-stream.js';
import {
  added,
  atProvider,
  chosen,
  customerId,
  linked,
  method,
  observeMethod,
  observeSetup,
  planAttached,
  planId,
  providerRequested,
  recordId,
  refusal,
  registered,
  removalRequested,
  removed,
  requestRemoval,
  requestSetup,
  setupId,
  setupRequested,
  setupStarted,
  withProvider,
} from '../../support/customer-examples.js';
import { given } from '../../support/decider-specification.js';
import { at } from '../../support/payment-examples.js';

const one: readonly CustomerEvent[] = [...withProvider, added(1), chosen(1)];
const two: readonly CustomerEvent[] = [...one, added(2)];
const register: CustomerCommand = { type: 'RegisterCustomer', at, customerId, profileId: recordId(0) };
const revise = (basedOn: number, profile: number): CustomerCommand => ({
  type: 'ReviseProfile',
  at,
  basedOn,
  profileId: recordId(profile),
  fields: ['email'],
});
const revised = (version: number, profile: number): CustomerEvent => ({
  type: 'CustomerProfileRevised',
  at,
  version,
  profileId: recordId(profile),
  fields: ['email'],
});

describe('a customer', () => {
  it('is registered once', () => {
    given(customer, []).when(register).then(registered);
    given(customer, [registered]).when(register).thenNothing();
    given(customer, [registered])
      .when({ ...register, profileId: recordId(9) })
      .thenRejected({ code: 'customer_already_exists' });
  });

  it('must exist for anything else', () => {
    given(customer, []).when(revise(1, 2)).thenRejected({ code: 'customer_not_found' });
    given(customer, []).when(requestSetup(1)).thenRejected({ code: 'customer_not_found' });
    given(customer, []).when(observeMethod(1)).thenRejected({ code: 'customer_not_found' });
  });

  it('has one profile after another, each made from the latest', () => {
    given(customer, [registered]).when(revise(1, 2)).then(revised(2, 2));
    given(customer, [registered, revised(2, 2)])
      .when(revise(1, 3))
      .thenRejected({
        code: 'profile_revised_meanwhile',
        version: 2,
      });
    given(customer, [registered, revised(2, 2)])
      .when(revise(2, 3))
      .then(revised(3, 3));
    given(customer, [registered, revised(2, 2)])
      .when(revise(1, 2))
      .thenNothing();
  });
});

describe('a setup of a payment method', () => {
  it('makes the customer known to the provider when that is needed first', () => {
    given(customer, [registered]).when(requestSetup(1)).then(providerRequested, setupRequested(1));
    given(customer, [registered, providerRequested]).when(requestSetup(1)).then(setupRequested(1));
    given(customer, withProvider).when(requestSetup(1)).then(setupRequested(1));
    given(customer, [...withProvider, setupRequested(1)])
      .when(requestSetup(1))
      .thenNothing();
  });

  it('ends with the provider refusing to know the customer', () => {
    given(customer, [registered, providerRequested, setupRequested(1), setupRequested(2)])
      .when({ type: 'RecordProviderCustomerRefused', at, refusal })
      .then(
        { type: 'ProviderCustomerRefused', at, ...refusal },
        { type: 'PaymentMethodSetupRefused', at, setupId: setupId(1), ...refusal },
        { type: 'PaymentMethodSetupRefused', at, setupId: setupId(2), ...refusal },
      );
  });

  it('is never two setups for one intent of the provider, whose news would be of both', () => {
    given(customer, [...withProvider, setupRequested(1), setupStarted(1), setupRequested(2)])
      .when({ type: 'RecordSetupStarted', at, setupId: setupId(2), setupIntentId: 'seti_1' })
      .thenRejected({ code: 'provider_contradicts_history' });
  });

  it('succeeds with a method, which becomes the default when it is the first', () => {
    const open = [...withProvider, setupRequested(1), setupStarted(1)];
    const success = observeSetup(1, { status: 'succeeded', paymentMethodId: 'pm_1' }, method(1));
    const succeeded: CustomerEvent = {
      type: 'PaymentMethodSetupSucceeded',
      at,
      setupId: setupId(1),
      paymentMethodId: 'pm_1',
    };
    given(customer, open).when(success).then(succeeded, added(1), chosen(1));
    given(customer, [...open, added(1), chosen(1)])
      .when(success)
      .then(succeeded);
    given(customer, [...open, succeeded, added(1), chosen(1)])
      .when(success)
      .thenNothing();
  });

  it('may be declined any number of times, each told once, and succeed after all', () => {
    const open = [...withProvider, setupRequested(1), setupStarted(1)];
    const declined = { code: 'card_declined', message: 'No.', attemptId: 'setatt_1' };
    const told: CustomerEvent = {
      type: 'PaymentMethodSetupDeclined',
      at,
      setupId: setupId(1),
      ...declined,
    };
    given(customer, open).when(observeSetup(1, { declined })).then(told);
    given(customer, [...open, told])
      .when(observeSetup(1, { declined }))
      .thenNothing();
    const again = { ...declined, attemptId: 'setatt_2' };
    given(customer, [...open, told])
      .when(observeSetup(1, { declined: again }))
      .then({ ...told, attemptId: 'setatt_2' });
  });

  it('that is old and unfinished makes room for the next, and one that awaits the provider does not', () => {
    const numbers = Array.from({ length: 20 }, (_, n) => n + 1);
    const started = numbers.flatMap((n) => [setupRequested(n), setupStarted(n)]);
    given(customer, [...withProvider, ...started])
      .when(requestSetup(21))
      .then({ type: 'PaymentMethodSetupAbandoned', at, setupId: setupId(1) }, setupRequested(21));
    given(customer, [...withProvider, ...numbers.map(setupRequested)])
      .when(requestSetup(21))
      .thenRejected({ code: 'too_many_setups_in_progress' });
  });
});

describe('a payment method', () => {
  it('is added when the provider shows it with this customer, whoever set it up', () => {
    given(customer, one).when(observeMethod(2)).then(added(2));
    given(customer, one).when(observeMethod(1)).thenNothing();
    given(customer, one)
      .when(observeMethod(2, { providerCustomerId: 'cus_another' }))
      .thenNothing();
  });

  it('is renewed when its details are others', () => {
    given(customer, one)
      .when(observeMethod(1, { detailsId: recordId(7) }))
      .then({ type: 'PaymentMethodRenewed', at, paymentMethodId: 'pm_1', detailsId: recordId(7) });
  });

  it('is removed by a request, and the one that came last takes its place as the default', () => {
    given(customer, two).when(requestRemoval(1)).then(removalRequested(1));
    given(customer, [...two, removalRequested(1)])
      .when(observeMethod(1, { providerCustomerId: null }))
      .then(removed(1), chosen(2));
    given(customer, [...two, removalRequested(1), removed(1), chosen(2)])
      .when(requestRemoval(1))
      .thenNothing();
    given(customer, two).when(requestRemoval(3)).thenRejected({ code: 'payment_method_not_found' });
  });

  it('that was taken away at the provider is gone here too, even the last one of a plan', () => {
    given(customer, [...one, planAttached(1)])
      .when(observeMethod(1, { providerCustomerId: null }))
      .then(removed(1, 'provider'));
  });

  it('that was removed does not come back with old news', () => {
    given(customer, [...two, removalRequested(1), removed(1), chosen(2)])
      .when(observeMethod(1))
      .thenNothing();
  });

  it('stays when the provider refuses to remove it', () => {
    given(customer, [...one, removalRequested(1)])
      .when({ type: 'RecordRemovalRefused', at, paymentMethodId: 'pm_1', refusal })
      .then({ type: 'PaymentMethodRemovalRefused', at, paymentMethodId: 'pm_1', ...refusal });
  });

  it('becomes the default unless it is on its way out', () => {
    const choose = (n: number): CustomerCommand => ({
      type: 'ChooseDefaultPaymentMethod',
      at,
      paymentMethodId: `pm_${n}`,
    });
    given(customer, two).when(choose(2)).then(chosen(2));
    given(customer, two).when(choose(1)).thenNothing();
    given(customer, two).when(choose(3)).thenRejected({ code: 'payment_method_not_found' });
    given(customer, [...two, removalRequested(2)])
      .when(choose(2))
      .thenRejected({ code: 'payment_method_removal_in_progress' });
  });
});

describe('the last payment method of an active plan', () => {
  const refused = { code: 'last_payment_method_of_active_plan' } as const;

  it('cannot be removed', () => {
    given(customer, [...one, planAttached(1)])
      .when(requestRemoval(1))
      .thenRejected(refused);
  });

  it('is also the one whose only companion is being removed', () => {
    given(customer, [...two, planAttached(1), removalRequested(2)])
      .when(requestRemoval(1))
      .thenRejected(refused);
  });

  it('can be removed once the plan is detached, or another method is there', () => {
    const detached: CustomerEvent = { type: 'PlanDetached', at, planId: planId(1) };
    given(customer, [...one, planAttached(1)])
      .when({ type: 'DetachPlan', at, planId: planId(1) })
      .then(detached);
    given(customer, [...one, planAttached(1), detached])
      .when(requestRemoval(1))
      .then(removalRequested(1));
    given(customer, [...two, planAttached(1)])
      .when(requestRemoval(1))
      .then(removalRequested(1));
  });

  it('is counted for each plan that is attached, once', () => {
    given(customer, one)
      .when({ type: 'AttachPlan', at, planId: planId(1) })
      .then(planAttached(1));
    given(customer, [...one, planAttached(1)])
      .when({ type: 'AttachPlan', at, planId: planId(1) })
      .thenNothing();
    given(customer, one)
      .when({ type: 'DetachPlan', at, planId: planId(1) })
      .thenNothing();
    given(customer, [
      ...one,
      planAttached(1),
      planAttached(2),
      { type: 'PlanDetached', at, planId: planId(1) },
    ])
      .when(requestRemoval(1))
      .thenRejected(refused);
  });
});

describe('the customer at the provider', () => {
  it('is linked once, and another one is a contradiction', () => {
    const record = (providerCustomerId: string): CustomerCommand => ({
      type: 'RecordProviderCustomer',
      at,
      providerCustomerId,
    });
    given(customer, [registered, providerRequested]).when(record(atProvider)).then(linked);
    given(customer, withProvider).when(record(atProvider)).thenNothing();
    given(customer, withProvider)
      .when(record('cus_b'))
      .thenRejected({ code: 'provider_contradicts_history' });
  });

  it('takes its methods and open setups along when it is deleted, and is made anew when next needed', () => {
    const lost: CustomerEvent = { type: 'ProviderCustomerLost', at, providerCustomerId: atProvider };
    const deleted: CustomerCommand = {
      type: 'ObserveProviderCustomerDeleted',
      at,
      providerCustomerId: atProvider,
    };
    given(customer, [...two, setupRequested(1), setupStarted(1), setupRequested(2)])
      .when(deleted)
      .then(
        removed(1, 'provider'),
        removed(2, 'provider'),
        { type: 'PaymentMethodSetupAbandoned', at, setupId: setupId(1) },
        lost,
        providerRequested,
      );
    given(customer, [...one, removed(1, 'provider'), lost])
      .when(deleted)
      .thenNothing();
    given(customer, [...one, removed(1, 'provider'), lost])
      .when(requestSetup(3))
      .then(providerRequested, setupRequested(3));
  });
});

it.each<[string, readonly CustomerEvent[]]>([
  ['a revision before the registration', [revised(2, 2)]],
  ['a second registration', [registered, registered]],
  ['a version left out', [registered, revised(3, 2)]],
  ['a link that nobody asked for', [registered, linked]],
  ['a removal of a method that is not there', [...withProvider, removed(1)]],
  ['a method twice', [...one, added(1)]],
  [
    'a lost customer with a method left',
    [...one, { type: 'ProviderCustomerLost', at, providerCustomerId: atProvider }],
  ],
  ['a setup that starts twice', [...withProvider, setupRequested(1), setupStarted(1), setupStarted(1)]],
])('%s is a corrupt stream', (_name, history) => {
  expect(() => history.reduce(customer.evolve, customer.initialState)).toThrow(CorruptStream);
});
