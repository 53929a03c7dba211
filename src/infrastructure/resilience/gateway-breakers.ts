import type { Breakers } from '../../application/ports/breakers.js';
import type { Clock } from '../../application/ports/clock.js';
import type { Logger } from '../../application/ports/logger.js';
import type { PaymentGateway, ProviderAnswer } from '../../application/ports/payment-gateway.js';
import type { PaymentMethodVault } from '../../application/ports/payment-method-vault.js';
import { Breaker } from './breaker.js';

/** Reasons of an unknown outcome that lie in the provider being out of reach, not in the request. */
const outOfReach: ReadonlySet<string> = new Set([
  'timeout',
  'connection',
  'server_error',
  'malformed_answer',
  'look_up_failed',
]);

/**
 * The gateway behind one breaker for calls that can move money and one for those that only look. While a breaker is open
 * nothing is sent, and the outcome is unknown, never refused: the recorded request stays open and is asked again under
 * its own key.
 */
export function withBreakers(
  gateway: PaymentGateway,
  parts: { readonly clock: Clock; readonly logger: Logger },
): {
  readonly gateway: PaymentGateway;
  /** Behind the same breakers: the provider is one. */
  guardVault(vault: PaymentMethodVault): PaymentMethodVault;
  readonly breakers: Breakers;
} {
  const isOutage = (answer: ProviderAnswer<unknown>): boolean =>
    answer.outcome === 'unknown' && outOfReach.has(answer.reason);
  const writes = new Breaker({ ...parts, name: 'stripe_writes', isOutage });
  const reads = new Breaker({ ...parts, name: 'stripe_reads', isOutage });

  return {
    gateway: {
      confirm: (request, key) => writes.run(() => gateway.confirm(request, key), notSent),
      capture: (request, key) => writes.run(() => gateway.capture(request, key), notSent),
      cancel: (request, key) => writes.run(() => gateway.cancel(request, key), notSent),
      refund: (request, key) => writes.run(() => gateway.refund(request, key), notSent),
      cancelRefund: (request, key) => writes.run(() => gateway.cancelRefund(request, key), notSent),
      fetchIntent: (intentId) => reads.run(() => gateway.fetchIntent(intentId), notSent),
      fetchRefund: (providerRefundId) => reads.run(() => gateway.fetchRefund(providerRefundId), notSent),
      fetchDispute: (id) => reads.run(() => gateway.fetchDispute(id), notSent),
      listRefunds: (intentId) => reads.run(() => gateway.listRefunds(intentId), notSent),
      fetchAction: async (intentId, revision) =>
        reads.status().state === 'open' ? null : gateway.fetchAction(intentId, revision),
      refuseAmount: (amount, operation) => gateway.refuseAmount(amount, operation),
      stepOf: (currency) => gateway.stepOf(currency),
    },
    guardVault: (vault) => ({
      createCustomer: (request, key) => writes.run(() => vault.createCustomer(request, key), notSent),
      createSetup: (request, key) => writes.run(() => vault.createSetup(request, key), notSent),
      detach: (request, key) => writes.run(() => vault.detach(request, key), notSent),
      fetchCustomer: (id) => reads.run(() => vault.fetchCustomer(id), notSent),
      fetchSetup: (id) => reads.run(() => vault.fetchSetup(id), notSent),
      fetchMethod: (id) => reads.run(() => vault.fetchMethod(id), notSent),
      listMethods: (id) => reads.run(() => vault.listMethods(id), notSent),
    }),
    breakers: { status: () => [writes.status(), reads.status()] },
  };
}

function notSent(): ProviderAnswer<never> {
  return { outcome: 'unknown', reason: 'breaker_open', retryAfterMs: null };
}
