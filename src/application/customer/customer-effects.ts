import type { CustomerCommand } from '../../domain/customer/commands.js';
import type { CustomerEvent } from '../../domain/customer/events.js';
import type { CustomerRejection } from '../../domain/customer/rejections.js';
import type { CustomerState } from '../../domain/customer/state.js';
import type { Clock } from '../ports/clock.js';
import type { PaymentMethodVault } from '../ports/payment-method-vault.js';
import type { CommandHandler, Fact, Handled } from '../shared/command-handler.js';
import type { Effect, Effects } from '../shared/effects.js';
import { createEffects, mapAnswer } from '../shared/effects.js';
import type { Operations } from '../shared/operations.js';

export type CustomerHandler = CommandHandler<
  CustomerState,
  CustomerCommand,
  CustomerEvent,
  CustomerRejection
>;
export type HandledCustomer = Handled<CustomerState, CustomerEvent, CustomerRejection>;
export type CustomerOperations = Operations<CustomerState, CustomerCommand, CustomerEvent, CustomerRejection>;
export type CustomerEffects = Effects<CustomerState, CustomerEvent>;

export function createCustomerEffects(parts: {
  readonly handler: CustomerHandler;
  readonly vault: PaymentMethodVault;
  readonly clock: Clock;
}): CustomerEffects {
  const { handler, vault, clock } = parts;
  return createEffects({
    handler,
    clock,
    actor: 'customer-effects',
    effectOf: (state, fact) => effectOf(vault, state, fact),
  });
}

/** Undefined when the fact asks for nothing, or the state shows that its request has an outcome. */
function effectOf(
  vault: PaymentMethodVault,
  state: CustomerState,
  { id: key, event }: Fact<CustomerEvent>,
): Effect<CustomerCommand> | undefined {
  if (state.status === 'absent') return undefined;
  const { customerId, provider, setups, methods } = state;
  const { at: requestedAt } = event;
  switch (event.type) {
    case 'ProviderCustomerRequested':
      if (provider.status !== 'requested' || provider.requestedAt !== requestedAt) return undefined;
      return {
        perform: async () =>
          mapAnswer(
            await vault.createCustomer({ customerId, requestedAt }, key),
            ({ providerCustomerId }) => {
              return (at) => ({ type: 'RecordProviderCustomer', at, providerCustomerId });
            },
          ),
        refuse: ({ refusal }, at) => ({ type: 'RecordProviderCustomerRefused', at, refusal }),
      };
    case 'PaymentMethodSetupRequested': {
      const { setupId, usage } = event;
      if (setups.find((setup) => setup.setupId === setupId)?.status !== 'requested') return undefined;
      return {
        async perform() {
          // The request for the provider's customer stands before this one in the stream, and is still open.
          if (provider.status !== 'linked') {
            return { outcome: 'unknown', reason: 'provider_customer_awaited', retryAfterMs: null };
          }
          const { providerCustomerId } = provider;
          const request = { customerId, providerCustomerId, setupId, usage, requestedAt };
          return mapAnswer(await vault.createSetup(request, key), ({ setupIntentId }) => {
            return (at) => ({ type: 'RecordSetupStarted', at, setupId, setupIntentId });
          });
        },
        refuse: ({ refusal }, at) => ({ type: 'RecordSetupRefused', at, setupId, refusal }),
      };
    }
    case 'PaymentMethodRemovalRequested': {
      const { paymentMethodId } = event;
      const method = methods.find((saved) => saved.paymentMethodId === paymentMethodId);
      if (method?.status !== 'removing') return undefined;
      const { kind, detailsId } = method;
      return {
        perform: async () =>
          mapAnswer(await vault.detach({ paymentMethodId, requestedAt }, key), ({ providerCustomerId }) => {
            const snapshot = { paymentMethodId, providerCustomerId, kind, detailsId };
            return (at) => ({ type: 'ObservePaymentMethod', at, method: snapshot });
          }),
        refuse: ({ refusal }, at) => ({ type: 'RecordRemovalRefused', at, paymentMethodId, refusal }),
      };
    }
    case 'CustomerRegistered':
    case 'CustomerProfileRevised':
    case 'ProviderCustomerLinked':
    case 'ProviderCustomerRefused':
    case 'ProviderCustomerLost':
    case 'PaymentMethodSetupStarted':
    case 'PaymentMethodSetupRefused':
    case 'PaymentMethodSetupDeclined':
    case 'PaymentMethodSetupSucceeded':
    case 'PaymentMethodSetupAbandoned':
    case 'PaymentMethodAdded':
    case 'PaymentMethodRenewed':
    case 'DefaultPaymentMethodChosen':
    case 'PaymentMethodRemovalRefused':
    case 'PaymentMethodRemoved':
    case 'PlanAttached':
    case 'PlanDetached':
      return undefined;
  }
}
