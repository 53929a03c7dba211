import { z } from 'zod';
import type { BalanceEntry, Decline, IntentSnapshot, RefundSnapshot } from '../../domain/payment/intent.js';
import { parseRefundId } from '../../domain/shared/ids.js';
import { fromStripeAmount } from './stripe-amounts.js';

/** Names under which our ids travel in the metadata of Stripe's objects. */
export const metadataKeys = {
  payment: 'counterfoil_payment',
  attempt: 'counterfoil_attempt',
  refund: 'counterfoil_refund',
  customer: 'counterfoil_customer',
  setup: 'counterfoil_setup',
  order: 'counterfoil_order',
} as const;

/**
 * An object of Stripe's in our terms, or why it cannot be: the shape is not that of the pinned API version, or the
 * object is of the other mode (live or test).
 */
export type Reading<T> =
  | { readonly outcome: 'read'; readonly value: T }
  | { readonly outcome: 'unreadable'; readonly reason: string };

const metadata = z.record(z.string(), z.string()).nullish();
export const idOrObject = z.union([z.string(), z.object({ id: z.string() }).transform(({ id }) => id)]);

export const balanceTransaction = z.object({
  id: z.string(),
  amount: z.int(),
  fee: z.int(),
  currency: z.string(),
});

const charge = z.union([
  z.string().transform((id) => ({ id, balance_transaction: null })),
  z.object({
    id: z.string(),
    balance_transaction: z.union([z.string().transform(() => null), balanceTransaction]).nullish(),
  }),
]);

const paymentIntent = z.object({
  id: z.string(),
  object: z.literal('payment_intent'),
  livemode: z.boolean(),
  status: z.enum([
    'requires_payment_method',
    'requires_confirmation',
    'requires_action',
    'processing',
    'requires_capture',
    'succeeded',
    'canceled',
  ]),
  amount: z.int().nonnegative(),
  amount_received: z.int().nonnegative(),
  currency: z.string(),
  metadata,
  latest_charge: charge.nullish(),
  last_payment_error: z
    .object({
      code: z.string().nullish(),
      decline_code: z.string().nullish(),
      message: z.string().nullish(),
      charge: idOrObject.nullish(),
    })
    .nullish(),
});

const refund = z.object({
  id: z.string(),
  object: z.literal('refund'),
  status: z.enum(['pending', 'requires_action', 'succeeded', 'failed', 'canceled']),
  amount: z.int().positive(),
  currency: z.string(),
  metadata,
  payment_intent: idOrObject.nullish(),
  failure_reason: z.string().nullish(),
});

/** Reads a payment intent as the API and the webhooks show it; every text and number in it is checked. */
export function readIntent(object: unknown, livemode: boolean): Reading<IntentSnapshot> {
  const parsed = paymentIntent.safeParse(object);
  if (!parsed.success) return malformed('payment intent', parsed.error);
  const intent = parsed.data;
  if (intent.livemode !== livemode) return unreadable(`intent ${intent.id} has livemode ${intent.livemode}`);
  const amount = fromStripeAmount(intent.amount, intent.currency);
  const received = fromStripeAmount(intent.amount_received, intent.currency);
  if (amount === undefined || received === undefined) {
    return unreadable(`intent ${intent.id} has an amount in ${intent.currency} that we have no unit for`);
  }
  return {
    outcome: 'read',
    value: {
      intentId: intent.id,
      status: intent.status,
      amount,
      received,
      chargeId: intent.latest_charge?.id ?? null,
      balance: balanceOf(intent.latest_charge?.balance_transaction ?? null),
      decline: declineOf(intent.last_payment_error ?? null),
    },
  };
}

/** Reads a refund. Refunds carry no livemode of their own; the key that fetched them, or their event, has one. */
export function readRefund(object: unknown): Reading<RefundSnapshot> {
  const parsed = refund.safeParse(object);
  if (!parsed.success) return malformed('refund', parsed.error);
  const { id, status, currency, payment_intent: intentId } = parsed.data;
  if (intentId === null || intentId === undefined) return unreadable(`refund ${id} is of no payment intent`);
  const amount = fromStripeAmount(parsed.data.amount, currency);
  if (amount === undefined)
    return unreadable(`refund ${id} has an amount in ${currency} that we have no unit for`);
  return {
    outcome: 'read',
    value: {
      providerRefundId: id,
      refundId: parseRefundId(parsed.data.metadata?.[metadataKeys.refund] ?? '') ?? null,
      intentId,
      status,
      amount,
      failureReason: parsed.data.failure_reason ?? null,
    },
  };
}

/** All of a list, or the first reason why one of it cannot be read. */
export function readRefunds(objects: unknown): Reading<readonly RefundSnapshot[]> {
  const value: RefundSnapshot[] = [];
  for (const object of z.array(z.unknown()).parse(objects)) {
    const reading = readRefund(object);
    if (reading.outcome === 'unreadable') return reading;
    value.push(reading.value);
  }
  return { outcome: 'read', value };
}

/** Null until Stripe has made the balance transaction, which may come after the charge. */
export function balanceOf(line: z.infer<typeof balanceTransaction> | null): BalanceEntry | null {
  if (line === null) return null;
  const gross = fromStripeAmount(line.amount, line.currency);
  const fee = fromStripeAmount(line.fee, line.currency);
  return gross === undefined || fee === undefined ? null : { balanceTransactionId: line.id, gross, fee };
}

function declineOf(
  error: NonNullable<z.infer<typeof paymentIntent>['last_payment_error']> | null,
): Decline | null {
  if (error === null) return null;
  return {
    code: error.code ?? 'payment_failed',
    declineCode: error.decline_code ?? null,
    message: error.message ?? 'The payment did not go through.',
    chargeId: error.charge ?? null,
  };
}

export function malformed(kind: string, error: z.ZodError): { outcome: 'unreadable'; reason: string } {
  return unreadable(`malformed ${kind}: ${z.prettifyError(error).slice(0, 500)}`);
}

export function unreadable(reason: string): { outcome: 'unreadable'; reason: string } {
  return { outcome: 'unreadable', reason };
}
