import { paymentCodec } from '../../src/application/payment/payment.codec.js';
import type { RecordedEvent } from '../../src/application/ports/event-store.js';
import type { PaymentEvent } from '../../src/domain/payment/events.js';
import { InvoicesBook } from '../faults/four-books/invoices-book.js';
import { journalIn } from '../support/journals.js';
import type { StripeWorld } from './stripe-world.js';

/** Something that must never be true was. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/** No payment has so many facts, however much goes wrong: one that has them goes round in circles. */
const factsMax = 80n;

/** Sums of one payment, added up from its facts alone. */
type Sums = {
  amount: bigint;
  authorized: bigint;
  captured: bigint;
  released: bigint;
  /** What each refund took and did not give back. */
  readonly refunded: Map<string, bigint>;
  revision: bigint;
};

/** What holds after every event, whatever goes wrong: our facts are looked at beside Stripe's own objects. */
export class Safety {
  readonly #stripe: StripeWorld;
  readonly #payments = new Map<string, Sums>();
  readonly #eventIds = new Set<string>();
  readonly #balances = new Map<string, bigint>();
  readonly #commands = new Map<string, string>();
  readonly invoices = new InvoicesBook();
  #moneyLines = 0;

  constructor(stripe: StripeWorld) {
    this.#stripe = stripe;
  }

  /** Whole appends, in the order of the log. @throws Violation */
  afterEvents(recorded: readonly RecordedEvent[]): void {
    const ofPayments = recorded.filter(({ stream }) => stream.startsWith('payment-'));
    const touched = new Map(ofPayments.map((event) => [this.#afterEvent(event), event] as const));
    for (const [sums, { stream }] of touched) checkSums(stream, sums);
    for (const event of recorded) this.#afterAny(event);
  }

  #afterEvent(recorded: RecordedEvent): Sums {
    const event = paymentCodec.decode(recorded);
    const paymentId = recorded.stream.slice('payment-'.length);
    const sums = this.#payments.get(paymentId) ?? {
      ...{ amount: 0n, authorized: 0n, captured: 0n, released: 0n, revision: -1n },
      refunded: new Map(),
    };
    this.#payments.set(paymentId, sums);
    must(recorded.revision === sums.revision + 1n, `${recorded.stream} has a gap at ${recorded.revision}`);
    sums.revision = recorded.revision;
    must(recorded.revision < factsMax, `${recorded.stream} grows for ever`);
    this.#oneCommand(recorded);
    addUp(sums, event);
    this.#checkWitness(paymentId, event);
    return sums;
  }

  /** What is sold, and how it is paid for: every history is possible, and every journal balances. */
  #afterAny(recorded: RecordedEvent): void {
    must(!this.#eventIds.has(recorded.id), `event id ${recorded.id} is there twice`);
    this.#eventIds.add(recorded.id);
    this.invoices.apply({ ...recorded, event_id: recorded.id });
    must(this.invoices.broken.length === 0, `${this.invoices.broken[0]}`);
    this.#book(recorded);
  }

  /** One effect per command at Stripe: looked at whenever money moved there. @throws Violation */
  afterStep(): void {
    const { money } = this.#stripe.store;
    for (; this.#moneyLines < money.length; this.#moneyLines += 1) {
      const line = money[this.#moneyLines];
      const payment = line?.metadata['counterfoil_payment'];
      if (line === undefined || payment === undefined) continue;
      if (line.kind === 'charge_captured' || line.kind === 'charge_authorized') this.#oneIntent(payment);
      const refund = line.metadata['counterfoil_refund'];
      if (line.kind === 'refund_created' && refund !== undefined) this.#oneRefund(refund);
    }
  }

  /** Sums of our accounts, by account and currency. */
  balance(account: string, currency: string): bigint {
    return this.#balances.get(`${account} ${currency}`) ?? 0n;
  }

  /** A client's request is one command, however often it is executed. */
  #oneCommand({ metadata }: RecordedEvent): void {
    if (metadata.actor.kind !== 'api_key') return;
    // Steps of a collection are commands of their own, whose ids (version 5) are made from it.
    if (metadata.commandId.charAt(14) === '5') return;
    const first = this.#commands.get(metadata.correlationId) ?? metadata.commandId;
    this.#commands.set(metadata.correlationId, first);
    must(first === metadata.commandId, `${metadata.correlationId} took effect as two commands`);
  }

  #oneIntent(payment: string): void {
    const intents = [...this.#stripe.store.values('payment_intent')].filter(
      ({ metadata }) => metadata['counterfoil_payment'] === payment,
    );
    const holding = intents.filter(({ status }) => ['requires_capture', 'succeeded'].includes(status));
    must(holding.length <= 1, `${payment} has ${holding.length} intents that took money`);
    for (const { id } of holding) {
      const charges = [...this.#stripe.store.newestFirst('charge', ['payment_intent', id])];
      const captured = charges.filter((charge) => charge.captured && charge.status === 'succeeded');
      must(captured.length <= 1, `${payment} was charged ${captured.length} times`);
    }
  }

  #oneRefund(refund: string): void {
    const made = [...this.#stripe.store.values('refund')].filter(
      ({ metadata }) => metadata['counterfoil_refund'] === refund,
    );
    must(made.length === 1, `${refund} was made ${made.length} times`);
  }

  /** What we say happened has happened at Stripe, and what we say was refused has not. */
  #checkWitness(paymentId: string, event: PaymentEvent): void {
    const { store } = this.#stripe;
    const intents = () =>
      [...store.values('payment_intent')].filter(
        ({ metadata }) => metadata['counterfoil_payment'] === paymentId,
      );
    switch (event.type) {
      case 'PaymentAuthorized':
      case 'PaymentCaptured': {
        const charge = store.get('charge', event.chargeId ?? '');
        const there = event.type === 'PaymentCaptured' ? charge?.amount_captured : charge?.amount;
        must(
          BigInt(there ?? -1) === event.amount.minor,
          `${event.type} of ${paymentId}: Stripe has ${there}`,
        );
        return;
      }
      case 'PaymentFailed':
        must(
          intents().every(({ status }) => !['processing', 'requires_capture', 'succeeded'].includes(status)),
          `${paymentId} is called failed, and is not: ${event.code}`,
        );
        return;
      case 'PaymentCanceled':
        must(
          intents().every(({ status }) => status === 'canceled'),
          `${paymentId} is called canceled, and is not`,
        );
        return;
      case 'RefundInitiated':
      case 'RefundAdopted': {
        const there = store.get('refund', event.providerRefundId);
        must(
          there !== undefined && BigInt(there.amount) === event.amount.minor,
          `${event.type} ${event.refundId}: Stripe has ${there?.amount}`,
        );
        return;
      }
      case 'RefundRefused': {
        const made = [...store.values('refund')].some(
          ({ metadata }) => metadata['counterfoil_refund'] === event.refundId,
        );
        must(!made, `${event.refundId} is called refused (${event.code}), and was made`);
        return;
      }
      default:
        return;
    }
  }

  #book(recorded: RecordedEvent): void {
    const journal = journalIn(recorded);
    if (journal === undefined) return;
    const totals = new Map<string, bigint>();
    for (const { account, amount } of journal.lines) {
      const name = `${account} ${amount.currency}`;
      this.#balances.set(name, (this.#balances.get(name) ?? 0n) + amount.minor);
      totals.set(amount.currency, (totals.get(amount.currency) ?? 0n) + amount.minor);
    }
    for (const [currency, total] of totals) {
      must(total === 0n, `the journal of ${recorded.id} is off by ${total} ${currency}`);
    }
  }
}

export function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new Violation(otherwise);
}

/** Facts of one append stand or fall together, so that what holds between them does not count. */
function checkSums(stream: string, { amount, authorized, captured, released, refunded }: Sums): void {
  const back = [...refunded.values()].reduce((total, part) => total + part, 0n);
  const told = `${stream}: refunded ${back}, captured ${captured}, authorized ${authorized} of ${amount}`;
  must(0n <= back && back <= captured && captured <= authorized && authorized <= amount, told);
  must(captured + released <= authorized, `${told}, released ${released}`);
}

function addUp(sums: Sums, event: PaymentEvent): void {
  switch (event.type) {
    case 'PaymentCreated':
      sums.amount += event.amount.minor;
      return;
    case 'PaymentAuthorized':
      sums.authorized += event.amount.minor;
      return;
    case 'PaymentCaptured':
      sums.captured += event.amount.minor;
      sums.released += event.released.minor;
      return;
    case 'PaymentCanceled':
      sums.released += event.released.minor;
      return;
    case 'RefundInitiated':
    case 'RefundAdopted':
      must(!sums.refunded.has(event.refundId), `${event.refundId} is initiated twice`);
      sums.refunded.set(event.refundId, event.amount.minor);
      return;
    case 'RefundFailed':
    case 'RefundCanceled':
      must(
        sums.refunded.get(event.refundId) === event.amount.minor,
        `${event.refundId} gives back what it took not`,
      );
      sums.refunded.set(event.refundId, 0n);
      return;
    default:
      return;
  }
}
