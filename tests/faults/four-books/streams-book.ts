import type { CommandTrace } from './command-traces.js';
import { openKey, settled, traceOf } from './command-traces.js';
import { InvoicesBook } from './invoices-book.js';
import { OrdersBook } from './orders-book.js';
import type { Posting } from './postings.js';
import { postingsOf } from './postings.js';
import type { RawEvent } from './raw-event.js';
import { money, text } from './raw-event.js';
import { SaleTraces } from './sale-traces.js';

/**
 * Book 2: the streams, folded a second time. Nothing of the product is used here, so that a mistake in its fold cannot
 * hide itself; this fold knows only what a fact says happened.
 */

type FoldedRefund = {
  readonly id: string;
  readonly amount: bigint;
  providerRefund: string | null;
  status: 'requested' | 'pending' | 'succeeded' | 'failed' | 'canceled' | 'refused';
  /** The provider was asked to cancel it, and what it said is not recorded. */
  cancelAsked: boolean;
};

export type FoldedPayment = {
  readonly id: string;
  readonly amount: bigint;
  readonly currency: string;
  /** The command that created it. */
  readonly createdBy: string | null;
  /** Whether a collection asks for it, and no client itself. */
  readonly isLeg: boolean;
  revision: bigint;
  status: string;
  authorized: bigint;
  captured: bigint;
  refunded: bigint;
  fee: bigint | null;
  intent: string | null;
  attempts: number;
  readonly refunds: Map<string, FoldedRefund>;
};

export type StreamsBook = {
  readonly payments: ReadonlyMap<string, FoldedPayment>;
  /** By command id; more than one trace under an id is an effect that happened twice. */
  readonly commands: ReadonlyMap<string, readonly CommandTrace[]>;
  /** What each fact that moves money means for the books, by event id. */
  readonly postings: ReadonlyMap<string, readonly Posting[]>;
  /** Histories that no sequence of true facts can have. */
  readonly broken: readonly string[];
  /** What is sold, and the tenders that pay it. */
  readonly invoices: InvoicesBook;
  readonly orders: OrdersBook;
};

/** Folds every event, in the order of positions. */
export function foldStreams(events: Iterable<RawEvent>): StreamsBook {
  const payments = new Map<string, FoldedPayment>();
  const commands = new Map<string, CommandTrace[]>();
  const postings = new Map<string, readonly Posting[]>();
  const broken: string[] = [];
  const invoices = new InvoicesBook();
  const orders = new OrdersBook();
  const sales = new SaleTraces();
  const open = new Map<string, CommandTrace>();
  const note = (trace: CommandTrace): void =>
    void commands.set(trace.id, [...(commands.get(trace.id) ?? []), trace]);
  for (const event of events) {
    invoices.apply(event);
    orders.apply(event);
    if (!event.stream.startsWith('payment-')) {
      const sale = sales.apply(event);
      if (sale !== undefined) note(sale);
      continue;
    }
    const id = event.stream.slice('payment-'.length);
    const payment = payments.get(id) ?? opened(id, event);
    payments.set(id, payment);
    const expected = event.type === 'PaymentCreated' ? 0n : payment.revision + 1n;
    if (event.revision !== expected) {
      broken.push(`${event.stream}: revision ${event.revision} where ${expected} was due`);
    }
    payment.revision = event.revision;
    const trace = traceOf(payment, event);
    if (trace !== undefined) {
      note(trace);
      open.set(openKey(id, trace.kind, trace.refund), trace);
    }
    apply(payment, event, broken);
    for (const [key, outcome] of settled(id, event)) {
      const asked = open.get(key);
      if (asked !== undefined) asked.outcome = outcome;
      open.delete(key);
    }
    const lines = postingsOf(payment.currency, event);
    if (lines.length > 0) postings.set(event.event_id, lines);
  }
  const all = [...broken, ...invoices.broken, ...orders.broken];
  return { payments, commands, postings, broken: all, invoices, orders };
}

function opened(id: string, { data, metadata }: RawEvent): FoldedPayment {
  const { minor, currency } = money(data['amount']) ?? { minor: 0n, currency: 'none' };
  return {
    id,
    amount: minor,
    currency,
    createdBy: metadata.reason ?? null,
    isLeg: text(data['collectionId']) !== null,
    revision: -1n,
    status: 'absent',
    authorized: 0n,
    captured: 0n,
    refunded: 0n,
    fee: null,
    intent: null,
    attempts: 0,
    refunds: new Map(),
  };
}

const statusAfter: Readonly<Record<string, string>> = {
  PaymentCreated: 'requires_payment_method',
  PaymentConfirmRequested: 'confirming',
  PaymentActionRequired: 'requires_action',
  PaymentProcessingStarted: 'processing',
  PaymentDeclined: 'requires_payment_method',
  PaymentAuthorized: 'authorized',
  PaymentCaptureRequested: 'capturing',
  PaymentCaptureRefused: 'authorized',
  PaymentCaptured: 'captured',
  PaymentCanceled: 'canceled',
  PaymentFailed: 'failed',
};

function apply(payment: FoldedPayment, event: RawEvent, broken: string[]): void {
  const { type, data } = event;
  const amount = money(data['amount']);
  if (amount !== undefined && amount.currency !== payment.currency) {
    broken.push(`${event.stream}@${event.revision}: ${amount.currency} in a payment of ${payment.currency}`);
  }
  if (typeof data['intentId'] === 'string') {
    if (payment.intent !== null && payment.intent !== data['intentId']) {
      broken.push(`${event.stream}@${event.revision}: a second intent ${data['intentId']}`);
    }
    payment.intent = data['intentId'];
  }
  payment.status = statusAfter[type] ?? payment.status;
  switch (type) {
    case 'PaymentConfirmRequested':
      payment.attempts += 1;
      break;
    case 'PaymentAuthorized':
      payment.authorized = amount?.minor ?? 0n;
      break;
    case 'PaymentCaptured':
      if (payment.captured !== 0n) broken.push(`${event.stream}@${event.revision}: captured twice`);
      payment.captured += amount?.minor ?? 0n;
      if (payment.captured > payment.authorized) {
        broken.push(`${event.stream}@${event.revision}: more captured than authorized`);
      }
      break;
    case 'PaymentCanceled':
      payment.authorized = 0n;
      break;
    case 'PaymentFeeRecorded':
      payment.fee = (payment.fee ?? 0n) + (money(data['fee'])?.minor ?? 0n);
      break;
    default:
      applyRefund(payment, event, broken);
  }
}

function applyRefund(payment: FoldedPayment, { type, data, stream }: RawEvent, broken: string[]): void {
  const id = text(data['refundId']);
  if (id === null) return;
  const amount = money(data['amount'])?.minor ?? 0n;
  const refund = payment.refunds.get(id) ?? {
    id,
    amount,
    providerRefund: null,
    status: 'requested' as const,
    cancelAsked: false,
  };
  payment.refunds.set(id, refund);
  const moved = refund.status === 'pending' || refund.status === 'succeeded';
  switch (type) {
    case 'RefundInitiated':
    case 'RefundAdopted':
      if (moved) broken.push(`${stream}: refund ${id} left twice`);
      refund.providerRefund = text(data['providerRefundId']);
      refund.status = 'pending';
      payment.refunded += refund.amount;
      break;
    case 'RefundCancelRequested':
      if (refund.cancelAsked || refund.status !== 'pending')
        broken.push(`${stream}: refund ${id} cannot be canceled`);
      refund.cancelAsked = true;
      break;
    case 'RefundCancelRefused':
      if (!refund.cancelAsked) broken.push(`${stream}: nobody asked to cancel refund ${id}`);
      refund.cancelAsked = false;
      break;
    case 'RefundSucceeded':
      refund.cancelAsked = false;
      refund.status = 'succeeded';
      break;
    case 'RefundRefused':
      refund.status = 'refused';
      break;
    case 'RefundFailed':
    case 'RefundCanceled':
      if (moved) payment.refunded -= refund.amount;
      refund.cancelAsked = false;
      refund.status = type === 'RefundFailed' ? 'failed' : 'canceled';
      break;
  }
  if (payment.refunded > payment.captured) broken.push(`${stream}: more refunded than captured`);
}
