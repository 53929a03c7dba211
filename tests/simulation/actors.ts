import { completeAction } from '../../src/infrastructure/stripe-simulator/authentication.js';
import {
  answerDispute,
  closeDispute,
  escalateDispute,
  openDispute,
} from '../../src/infrastructure/stripe-simulator/disputes.js';
import { undoRefund } from '../../src/infrastructure/stripe-simulator/refunds.js';
import type { Dispute, PaymentIntent, Refund } from '../../src/infrastructure/stripe-simulator/resources.js';
import type { Random } from './random.js';
import type { Scheduler } from './scheduler.js';
import type { StripeWorld } from './stripe-world.js';

const hour = 3_600_000;
const day = 24 * hour;

type BankAct = (world: Parameters<typeof openDispute>[0], dispute: Dispute) => void;

const win: BankAct = (world, dispute) => closeDispute(world, dispute, 'won');
const lose: BankAct = (world, dispute) => closeDispute(world, dispute, 'lost');
const close: BankAct = (world, dispute) => closeDispute(world, dispute, 'warning_closed');
const leave: BankAct = () => undefined;

type BankActs = Readonly<Partial<Record<Dispute['status'], readonly [BankAct, ...BankAct[]]>>>;

const howBanksDecide: BankActs = {
  warning_needs_response: [close],
  warning_under_review: [close],
  needs_response: [lose],
  under_review: [win, lose],
};

/** How a dispute may go on, if it does at all; one that is closed stays so. */
const whatBanksDo: BankActs = {
  warning_needs_response: [answerDispute, escalateDispute, close, leave],
  warning_under_review: [escalateDispute, close, leave],
  needs_response: [answerDispute, answerDispute, lose, leave],
  under_review: [win, lose, leave],
};

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
    if (type === 'payment_intent.succeeded' && random.chance(0.1)) {
      this.#later(`the cardholder's bank disputes ${id}`, () => this.#dispute(intent()));
    }
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
    } else if (type === 'charge.dispute.created' || type === 'charge.dispute.updated') {
      this.#later(`dispute ${id} goes on`, () => this.#goOn(id));
    }
  }

  /** Banks decide every dispute, be it after months: what is to be given back may have waited for that. */
  decideAll(): void {
    const { core } = this.#stripe.simulator.parts;
    for (const dispute of [...this.#stripe.store.values('dispute')]) {
      const ends = howBanksDecide[dispute.status];
      if (ends !== undefined) this.#random.pick(ends)(core.world, dispute);
    }
    core.commitAndSend();
  }

  /** All of it, also where some was given back already: banks do not know of that. */
  #dispute(intent: PaymentIntent | undefined): void {
    const { core } = this.#stripe.simulator.parts;
    const charge = this.#stripe.store.get('charge', String(intent?.latest_charge));
    if (charge === undefined || this.#scheduler.nowMs > this.#endMs) return;
    const inquiry = this.#random.chance(0.3);
    openDispute(core.world, charge, { amount: charge.amount_captured, reason: 'fraudulent', inquiry });
    core.commitAndSend();
  }

  #goOn(id: string): void {
    const { core } = this.#stripe.simulator.parts;
    const dispute = this.#stripe.store.get('dispute', id);
    const steps = dispute && whatBanksDo[dispute.status];
    if (dispute === undefined || steps === undefined) return;
    this.#random.pick(steps)(core.world, dispute);
    core.commitAndSend();
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
