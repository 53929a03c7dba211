import type { Ask } from './buyers.js';
import type { HttpAnswer, HttpCall } from './deployment.js';
import type { Random } from './random.js';
import { must } from './safety.js';
import type { Scheduler } from './scheduler.js';

const minute = 60_000;
const hour = 60 * minute;
const triesMax = 12;

/** An answer; null when the connection broke or nothing came in time. */
export type Send = (call: HttpCall) => Promise<HttpAnswer | null>;

type PaymentObject = {
  readonly id: string;
  readonly status: string;
  readonly amount: number;
  readonly amount_captured: number;
  readonly amount_refunded: number;
};

const difficultCards = [
  'pm_card_visa',
  'pm_card_chargeDeclined',
  'pm_card_chargeCustomerFail',
  'pm_card_chargeDeclinedInsufficientFunds',
  'pm_card_threeDSecure2Required',
  'pm_card_threeDSecure2Required',
  'pm_card_threeDSecureRequiredChargeDeclined',
  'pm_card_refundFail',
  'pm_card_pendingRefund',
  'pm_usBankAccount_success',
  'pm_usBankAccount_insufficientFunds',
] as const;

function cardOf(random: Random): string {
  return random.chance(0.5) ? 'pm_card_visa' : random.pick(difficultCards);
}

/** Asks as an impatient shop does: it repeats what it got no answer to, sometimes at once, and remembers what it was told. */
export function createAsk(parts: {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly name: string;
  readonly send: Send;
}): Ask {
  const { scheduler, random, name, send } = parts;
  const kept = new Map<string, string>();
  let keys = 0;

  async function once(call: HttpCall): Promise<HttpAnswer | null> {
    const answer = await send(call);
    if (answer !== null && isKept(answer)) {
      const key = call.idempotencyKey ?? '';
      const first = kept.get(key) ?? `${answer.status} ${answer.body}`;
      must(`${answer.status} ${answer.body}` === first, `${key} was answered ${first}, then ${answer.body}`);
      kept.set(key, first);
    }
    return answer;
  }

  /** Undefined when the shop gives up without ever having got an answer. */
  async function post(path: string, body: object): Promise<HttpAnswer | undefined> {
    keys += 1;
    const call: HttpCall = { method: 'POST', path, idempotencyKey: `${name}-${keys}`, body };
    for (let tries = 1; tries <= triesMax; tries += 1) {
      const copies = random.chance(0.1) ? [once(call), once(call)] : [once(call)];
      for (const answer of await Promise.all(copies)) if (answer !== null && isKept(answer)) return answer;
      if (random.chance(0.03)) return undefined;
      await scheduler.sleep(random.spread(500, 2 * hour), `${name} tries again`);
    }
    return undefined;
  }

  async function get(path: string): Promise<Readonly<Record<string, unknown>> | undefined> {
    const answer = await send({ method: 'GET', path });
    return answer?.status === 200 ? (JSON.parse(answer.body) as Record<string, unknown>) : undefined;
  }

  return { post, get };
}

/** One customer's payment, as an impatient shop drives it: it repeats what it got no answer to, sometimes at once. */
export async function runClient(parts: {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly name: string;
  readonly send: Send;
  /** When the shop begins, and when it stops sending anything new. */
  readonly startMs: number;
  readonly endMs: number;
}): Promise<void> {
  const { scheduler, random, name, startMs, endMs } = parts;
  const { post, get } = createAsk(parts);

  const look = async (id: string): Promise<PaymentObject | undefined> =>
    (await get(`/v1/payments/${id}`)) as PaymentObject | undefined;

  async function act(payment: PaymentObject): Promise<void> {
    const { id, status, amount } = payment;
    const path = `/v1/payments/${id}`;
    switch (status) {
      case 'requires_payment_method':
        if (random.chance(0.7)) await post(`${path}/confirm`, { payment_method: cardOf(random) });
        else if (random.chance(0.5)) await post(`${path}/cancel`, {});
        return;
      case 'authorized': {
        const capture = () =>
          post(`${path}/capture`, random.chance(0.5) ? {} : { amount: 50 + random.below(amount - 49) });
        const cancel = () => post(`${path}/cancel`, {});
        if (random.chance(0.1)) await Promise.all([capture(), cancel()]);
        else if (random.chance(0.6)) await capture();
        else if (random.chance(0.4)) await cancel();
        return;
      }
      case 'requires_action':
      case 'processing':
        if (random.chance(0.1)) await post(`${path}/cancel`, {});
        return;
      case 'succeeded':
      case 'partially_refunded':
        if (random.chance(0.5)) await refund(payment);
        return;
      default:
        return;
    }
  }

  /** Several at once, and more than there is, so that they race for the limit. */
  async function refund({ id, amount_captured: captured }: PaymentObject): Promise<void> {
    const parts = Array.from({ length: 1 + random.below(3) }, () => {
      const whole = random.chance(0.2);
      return { payment: id, ...(whole ? {} : { amount: 1 + random.below(captured) }) };
    });
    const asked = await Promise.all(parts.map((part) => post('/v1/refunds', part)));
    for (const answer of asked) {
      const refundId = answer && idIn(answer.body, 're');
      if (refundId !== undefined && random.chance(0.4))
        await post(`/v1/refunds/${refundId}/cancel`, { reason: 'Called off' });
    }
  }

  await scheduler.sleep(startMs, `${name} comes`);
  const created = await post('/v1/payments', {
    amount: 50 + random.below(100_000),
    currency: random.pick(['USD', 'USD', 'EUR', 'JPY']),
    capture_method: random.chance(0.4) ? 'manual' : 'automatic',
    ...(random.chance(0.95) ? { confirm: true, payment_method: cardOf(random) } : {}),
  });
  const id = created && idIn(created.body, 'pay');
  for (let acts = 0; id !== undefined && acts < 6 && scheduler.nowMs < endMs; acts += 1) {
    const payment = await look(id);
    if (payment !== undefined) await act(payment);
    await scheduler.sleep(random.spread(minute, 12 * hour), `${name} waits`);
  }
}

/** A declined or undecided creation is answered by a problem that names what it made. */
function idIn(body: string, kind: 'pay' | 're'): string | undefined {
  return new RegExp(`${kind}_[0-9a-f-]{36}`).exec(body)?.[0];
}

/** Answers that must be the same for every repeat of the request. */
function isKept({ status, body }: HttpAnswer): boolean {
  return status < 500 && status !== 412 && status !== 429 && !body.includes('"retryable":true');
}
