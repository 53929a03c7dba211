import type { Outcome } from '../four-books/client-history.js';
import type { Client } from './client.js';
import type { Random } from './random.js';
import { sale } from './sales.js';

/** Currencies that the provider counts in the same minor units as everybody. */
const currencies = ['USD', 'EUR', 'GBP', 'JPY'] as const;
const declining = [
  'pm_card_chargeDeclined',
  'pm_card_chargeDeclinedInsufficientFunds',
  'pm_card_chargeDeclinedExpiredCard',
] as const;

/** One customer's story, from the first request to the last: some of it succeeds, some is refused, as in a shop. */
export async function journey(client: Client, random: Random): Promise<void> {
  if (random.chance(0.25)) return sale(client, random);
  const currency = random.pick(currencies);
  const amount = random.between(500, 50_000);
  const stories = [
    ...[paid, paid, paid, paid, heldAndCaptured, heldAndCaptured],
    ...[heldAndCanceled, declined, leftAtTheBank, confirmedLater],
  ];
  await random.pick(stories)(client, random, { amount, currency });
}

type Price = { readonly amount: number; readonly currency: string };

async function paid(client: Client, random: Random, price: Price): Promise<void> {
  const payment = await create(client, price, { payment_method: 'pm_card_visa', confirm: true });
  if (payment !== undefined) await refundSome(client, random, payment, price);
}

async function heldAndCaptured(client: Client, random: Random, price: Price): Promise<void> {
  const payment = await hold(client, price);
  if (payment === undefined) return;
  const part = random.chance(0.5) ? price.amount : random.between(200, price.amount);
  const captured = await send(client, 'capture', payment, { ...price, amount: part });
  if (captured.kind === 'ok') await refundSome(client, random, payment, { ...price, amount: part });
}

async function heldAndCanceled(client: Client, random: Random, price: Price): Promise<void> {
  const payment = await hold(client, price);
  if (payment === undefined) return;
  await send(client, 'cancel', payment, price);
  // Too late: a definite refusal, unless the cancellation itself is still in doubt.
  if (random.chance(0.3)) await send(client, 'capture', payment, price);
}

async function declined(client: Client, random: Random, price: Price): Promise<void> {
  await create(client, price, { payment_method: random.pick(declining), confirm: true });
}

async function leftAtTheBank(client: Client, _random: Random, price: Price): Promise<void> {
  await create(client, price, { payment_method: 'pm_card_threeDSecure2Required', confirm: true });
}

async function confirmedLater(client: Client, random: Random, price: Price): Promise<void> {
  const payment = await create(client, price, {});
  if (payment === undefined) return;
  if (random.chance(0.4)) await confirm(client, payment, price, random.pick(declining));
  const confirmed = await confirm(client, payment, price, 'pm_card_visa');
  if (confirmed.kind === 'ok' && confirmed.settled) await refundSome(client, random, payment, price);
}

/** Parts of what was captured, and now and then more than is left, which must be refused. */
async function refundSome(client: Client, random: Random, payment: string, price: Price): Promise<void> {
  let left = price.amount;
  for (let times = random.between(0, 3); times > 0 && left > 0; times -= 1) {
    const amount = random.chance(0.1) ? left + 1 : random.between(1, left);
    const refunded = await send(client, 'refund', payment, { ...price, amount });
    if (refunded.kind !== 'fail') left -= amount;
  }
}

function hold(client: Client, price: Price): Promise<string | undefined> {
  return create(client, price, {
    payment_method: 'pm_card_visa',
    confirm: true,
    capture_method: 'manual',
  });
}

/** The payment's id; undefined when there is none, or none that the client knows of. */
async function create(
  client: Client,
  { amount, currency }: Price,
  more: Readonly<Record<string, unknown>>,
): Promise<string | undefined> {
  const outcome = await client.send(
    { kind: 'create', subject: null, amount: BigInt(amount), currency },
    '/v1/payments',
    { amount, currency, ...more },
  );
  return outcome.kind === 'ok' ? outcome.shown.subject : undefined;
}

function confirm(client: Client, payment: string, price: Price, paymentMethod: string): Promise<Outcome> {
  return client.send(
    { kind: 'confirm', subject: payment, amount: null, currency: price.currency },
    `/v1/payments/${payment}/confirm`,
    { payment_method: paymentMethod },
  );
}

function send(
  client: Client,
  kind: 'capture' | 'cancel' | 'refund',
  payment: string,
  { amount, currency }: Price,
): Promise<Outcome> {
  const wanted = kind === 'cancel' ? null : BigInt(amount);
  const body =
    kind === 'refund'
      ? { payment, amount, reason: 'requested_by_customer' }
      : kind === 'capture'
        ? { amount }
        : {};
  const path = kind === 'refund' ? '/v1/refunds' : `/v1/payments/${payment}/${kind}`;
  return client.send({ kind, subject: payment, amount: wanted, currency }, path, body);
}
