import type { RegisteredCustomer } from '../../domain/customer/state.js';
import type { CustomerId } from '../../domain/shared/ids.js';
import type { Clock } from '../ports/clock.js';
import type { EventMetadata } from '../ports/event-store.js';
import type { ProviderAnswer } from '../ports/payment-gateway.js';
import type { PaymentMethodVault, ProviderPaymentMethod } from '../ports/payment-method-vault.js';
import { commandIdOf } from '../shared/event-ids.js';
import type { CustomerHandler } from './customer-effects.js';
import type { SnapshotMethod } from './method-snapshots.js';

/** Answers what the provider did not tell; empty when the customer and the provider agree. */
export type RecoverCustomer = (customerId: CustomerId, cause: EventMetadata) => Promise<readonly string[]>;

/**
 * Brings a customer's payment methods up to what the provider has: those it lists, and each that we know and it does not
 * list. Asks for nothing to be done, and is safe to run at any time.
 */
export function createRecoverCustomer(parts: {
  readonly handler: CustomerHandler;
  readonly vault: Pick<PaymentMethodVault, 'fetchMethod' | 'listMethods'>;
  readonly snapshotMethod: SnapshotMethod;
  readonly clock: Clock;
}): RecoverCustomer {
  const { handler, vault, snapshotMethod, clock } = parts;

  async function methodsOf(
    state: RegisteredCustomer,
    providerCustomerId: string,
  ): Promise<readonly ProviderAnswer<ProviderPaymentMethod>[]> {
    const listed = await vault.listMethods(providerCustomerId);
    if (listed.outcome !== 'answered') return [listed];
    const seen = new Set(listed.value.map(({ paymentMethodId }) => paymentMethodId));
    const missing = state.methods.filter(({ paymentMethodId }) => !seen.has(paymentMethodId));
    return [
      // The provider lists the newest first.
      ...listed.value.map((value) => ({ outcome: 'answered', value }) as const).reverse(),
      ...(await Promise.all(missing.map(({ paymentMethodId }) => vault.fetchMethod(paymentMethodId)))),
    ];
  }

  return async (customerId, cause) => {
    const { state } = await handler.load(customerId);
    if (state.status === 'absent' || state.provider.status !== 'linked') return [];
    const open: string[] = [];
    for (const answer of await methodsOf(state, state.provider.providerCustomerId)) {
      if (answer.outcome !== 'answered') {
        open.push(answer.outcome === 'unknown' ? answer.reason : answer.refusal.code);
        continue;
      }
      const { state: now, revision } = await handler.load(customerId);
      if (now.status === 'absent') continue;
      const method = await snapshotMethod(now, answer.value);
      const commandId = commandIdOf(
        'recovery',
        `${cause.commandId} ${method.paymentMethodId} at ${revision}`,
      );
      const handled = await handler.handle(
        customerId,
        { type: 'ObservePaymentMethod', at: clock.now(), method },
        { ...cause, commandId, causationId: cause.commandId },
      );
      if (handled.outcome === 'rejected') open.push(handled.rejection.code);
    }
    return open;
  };
}
