import { z } from 'zod';
import type { Cache } from '../ports/cache.js';
import type { CustomerAction, PaymentGateway } from '../ports/payment-gateway.js';

/** A customer is at the bank's page for minutes, and asks for the payment every few seconds. */
const keptMs = 60_000;

const actionSchema = z.object({ clientSecret: z.string(), redirectUrl: z.string().nullable() });

/**
 * The gateway, asked once for what a customer must do at one revision of a payment: it is a call to the provider for each
 * look at a payment otherwise. Whatever changes the action is news, and news is a new revision.
 */
export function withCachedActions(gateway: PaymentGateway, cache: Cache): PaymentGateway {
  async function fetchAction(intentId: string, revision: bigint): Promise<CustomerAction | null> {
    const name = `action:${intentId}:${revision}`;
    const kept = readAction(await cache.get(name));
    if (kept !== undefined) return kept;
    const action = await gateway.fetchAction(intentId, revision);
    if (action !== null) await cache.set(name, JSON.stringify(action), keptMs);
    return action;
  }

  return {
    confirm: (request, key) => gateway.confirm(request, key),
    capture: (request, key) => gateway.capture(request, key),
    cancel: (request, key) => gateway.cancel(request, key),
    refund: (request, key) => gateway.refund(request, key),
    cancelRefund: (request, key) => gateway.cancelRefund(request, key),
    fetchIntent: (intentId) => gateway.fetchIntent(intentId),
    fetchRefund: (providerRefundId) => gateway.fetchRefund(providerRefundId),
    fetchDispute: (providerDisputeId) => gateway.fetchDispute(providerDisputeId),
    listRefunds: (intentId) => gateway.listRefunds(intentId),
    refuseAmount: (amount, operation) => gateway.refuseAmount(amount, operation),
    stepOf: (currency) => gateway.stepOf(currency),
    fetchAction,
  };
}

/** Another version of the program may have kept something else. */
function readAction(kept: string | undefined): CustomerAction | undefined {
  return kept === undefined ? undefined : actionSchema.safeParse(JSON.parse(kept)).data;
}
