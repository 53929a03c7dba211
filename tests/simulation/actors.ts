import { completeAction } from '../../src/infrastructure/stripe-simulator/authentication.js';
import { undoRefund } from '../../src/infrastructure/stripe-simulator/refunds.js';
import type { PaymentIntent, Refund } from '../../src/infrastructure/stripe-simulator/resources.js';
import type { Random } from './random.js';
import type { Scheduler } from './scheduler.js';
import type { StripeWorld } from './stripe-world.js';

const hour = 3_600_000;
const day = 24 * hour;

/** Whoever acts at Stripe without asking us: the cardholder at the bank's page, a colleague in the dashboard, a bank. */
export class Actors {
  readonly #scheduler: Scheduler;
  readonly #stripe: StripeWorld;
  readonly #random: Random;
  /** After this nobody begins anything. */
  readonly #endMs: number;
  #seen = 0;
  #requests = 0;

  constructor(scheduler: Scheduler, stripe: StripeWorld, random: Random, endMs: number) {
    this.#scheduler = scheduler;
    this.#stripe = stripe;
    this.#random = random;
    this.#endMs = endMs;
  }

  /** Looks at what is new at Stripe, and plans who acts on it. */
  afterStep(): void {
    const { store } = this.#stripe;
    if (store.size('event') === this.#seen || this.#scheduler.nowMs > this.#endMs) return;
    const news = [...store.values('event')].slice(this.#seen);
    this.#seen += news.length;
    for (const { type, data } of news) this.#react(type, String((data.object as { id?: unknown }).id));
  }

  #react(type: string, id: string): void {
    const random = this.#random;
    const { store } = this.#stripe;
    const intent = (): PaymentIntent | undefined => store.get('payment_intent', id);
    if (type === 'payment_intent.requires_action' && random.chance(0.8)) {
      const outcome = random.chance(0.5) ? 'succeed' : 'fail';
      this.#later(`the cardholder lets ${id} ${outcome}`, () => {
        const waiting = intent();
        if (waiting?.status !== 'requires_action') return;
        completeAction(this.#stripe.simulator.parts.core.world, waiting, outcome);
        this.#stripe.simulator.parts.core.commitAndSend();
      });
    } else if (type === 'payment_intent.succeeded' && random.chance(0.15)) {
      this.#later(`the dashboard refunds ${id}`, () => {
        const amount = 1 + random.below(intent()?.amount_received ?? 1);
        this.#ask('/v1/refunds', `payment_intent=${id}&amount=${amount}`);
      });
    } else if (type === 'payment_intent.amount_capturable_updated' && random.chance(0.1)) {
      const how = random.chance(0.5) ? 'capture' : 'cancel';
      this.#later(`the dashboard: ${how} ${id}`, () => this.#ask(`/v1/payment_intents/${id}/${how}`, ''));
    } else if (type === 'refund.created' && random.chance(0.15)) {
      const end = random.chance(0.5) ? 'failed' : 'canceled';
      this.#later(`the bank sends refund ${id} back: ${end}`, () => this.#undo(id, end));
    }
  }

  #undo(id: string, end: 'failed' | 'canceled'): void {
    const refund: Refund | undefined = this.#stripe.store.get('refund', id);
    if (refund === undefined || !['pending', 'requires_action', 'succeeded'].includes(refund.status)) return;
    undoRefund(this.#stripe.simulator.parts.core.world, null, refund, end);
    this.#stripe.simulator.parts.core.commitAndSend();
  }

  #later(what: string, act: () => void): void {
    this.#scheduler.plan(this.#random.spread(5_000, 2 * day), this.#stripe.owner, what, act);
  }

  #ask(path: string, body: string): void {
    this.#requests += 1;
    void this.#stripe.simulator.pipeline.handle({
      ...{ method: 'POST', path, query: '', body },
      headers: {
        authorization: 'Bearer sk_test_simulation',
        'content-type': 'application/x-www-form-urlencoded',
        'idempotency-key': `dashboard-${this.#requests}`,
      },
    });
  }
}
