import type { Stripe } from 'stripe';
import type { Instant } from '../../domain/shared/instant.js';
import { retrieveParams } from './stripe-requests.js';
import { metadataKeys } from './stripe-snapshots.js';

/**
 * More objects than this, in one list, are not paged through; the answer stays unknown. A list is also given up at the
 * gateway's deadline, so this only bounds what goes on behind it.
 */
const objectsMax = 50_000;
/** Nearly every request is carried out at once, and an account with much to do has thousands of intents in the minutes around. */
const atOnce = { earlier: 5, later: 60 };
/** How far Stripe's clock and ours may lie apart, and how late a request may still be carried out. */
const skewSeconds = 600;
const longestSeconds = 25 * 3_600;

/** There are too many objects to say that one is missing. */
class LookUpTooLarge extends Error {
  override readonly name = 'LookUpTooLarge';
}

/**
 * The intent that one recorded attempt created; undefined proves that it created none. Listing is consistent with
 * earlier writes, unlike Stripe's search. It shows the newest first, so the moment of the request comes first, then the
 * minutes around it, and the day after them only where these show nothing.
 */
export async function findIntentOfAttempt(
  client: Stripe,
  attempt: string,
  requestedAt: Instant,
  options: Stripe.RequestOptions,
): Promise<Stripe.PaymentIntent | undefined> {
  for (const created of timesAround(requestedAt)) {
    const found = await first(
      client.paymentIntents.list({ created, limit: 100 }, options),
      (intent) => intent.metadata[metadataKeys.attempt] === attempt,
    );
    if (found !== undefined) return client.paymentIntents.retrieve(found.id, retrieveParams, options);
  }
  return undefined;
}

/** The customer that one recorded request made, in the same way. */
export async function findCustomerOfAttempt(
  client: Stripe,
  attempt: string,
  requestedAt: Instant,
): Promise<Stripe.Customer | undefined> {
  for (const created of timesAround(requestedAt)) {
    const found = await first(
      client.customers.list({ created, limit: 100 }),
      (customer) => customer.metadata[metadataKeys.attempt] === attempt,
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

function timesAround(requestedAt: Instant): readonly Stripe.RangeQueryParam[] {
  const since = Math.floor(Date.parse(requestedAt) / 1_000);
  return [
    { gte: since - atOnce.earlier, lte: since + atOnce.later },
    { gte: since - skewSeconds, lte: since + skewSeconds },
    { gt: since + skewSeconds, lte: since + longestSeconds },
  ];
}

/** The setup that one recorded request began; undefined proves that it began none. */
export function findSetupOfAttempt(
  client: Stripe,
  providerCustomerId: string,
  attempt: string,
): Promise<Stripe.SetupIntent | undefined> {
  return first(
    client.setupIntents.list({ customer: providerCustomerId, limit: 100 }),
    (setup) => setup.metadata?.[metadataKeys.attempt] === attempt,
  );
}

/** Every payment method of a customer, the newest first. */
export async function listMethods(
  client: Stripe,
  providerCustomerId: string,
): Promise<readonly Stripe.PaymentMethod[]> {
  const methods: Stripe.PaymentMethod[] = [];
  await first(client.paymentMethods.list({ customer: providerCustomerId, limit: 100 }), (method) => {
    methods.push(method);
    return false;
  });
  return methods;
}

/** The refund that carries our id; undefined proves that there is none. */
export function findRefund(
  client: Stripe,
  intentId: string,
  refundId: string,
  options: Stripe.RequestOptions,
): Promise<Stripe.Refund | undefined> {
  return first(
    client.refunds.list({ payment_intent: intentId, limit: 100 }, options),
    (refund) => refund.metadata?.[metadataKeys.refund] === refundId,
  );
}

/** Every refund of an intent, the newest first. */
export async function listRefunds(client: Stripe, intentId: string): Promise<readonly Stripe.Refund[]> {
  const refunds: Stripe.Refund[] = [];
  await first(client.refunds.list({ payment_intent: intentId, limit: 100 }), (refund) => {
    refunds.push(refund);
    return false;
  });
  return refunds;
}

async function first<T>(objects: AsyncIterable<T>, matches: (object: T) => boolean): Promise<T | undefined> {
  let seen = 0;
  for await (const object of objects) {
    if (matches(object)) return object;
    seen += 1;
    if (seen >= objectsMax) throw new LookUpTooLarge(`more than ${objectsMax} objects to look through`);
  }
  return undefined;
}
