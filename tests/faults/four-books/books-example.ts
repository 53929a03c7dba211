import type { HistoryEntry } from './client-history.js';
import { compareBooks } from './compare.js';
import type { PaymentRow, RefundRow } from './database-book.js';
import type { FourBooks } from './discrepancy.js';
import type { Posting } from './postings.js';
import type { MoneyLine } from './provider-book.js';
import { addUp } from './provider-book.js';
import type { RawEvent } from './raw-event.js';
import { foldStreams } from './streams-book.js';

/** The four books as they are read, before anything is computed from them. */
export type RawBooks = {
  readonly history: HistoryEntry[];
  readonly events: RawEvent[];
  readonly payments: PaymentRow[];
  readonly refunds: RefundRow[];
  readonly postings: Map<string, Posting[]>;
  readonly waiting: string[];
  readonly lines: MoneyLine[];
};

export function compareRaw(raw: RawBooks): ReturnType<typeof compareBooks> {
  const books: FourBooks = {
    history: {
      entries: new Map(raw.history.map((entry) => [entry.command.id, entry])),
      complaints: [],
    },
    streams: foldStreams(raw.events),
    database: {
      payments: new Map(raw.payments.map((row) => [row.id, row])),
      refunds: new Map(raw.refunds.map((row) => [row.id, row])),
      postings: raw.postings,
      waiting: raw.waiting,
    },
    provider: addUp(raw.lines),
  };
  return compareBooks(books);
}

/** A payment of 50.00 of which 20.00 went back, a hold that was let go, and a payment that was declined. */
export function agreeingBooks(): RawBooks {
  return {
    history: [
      entry('create-1', 'create', 5000n, ok('pay_1', 5000n)),
      entry('refund-1', 'refund', 2000n, okRefund('pay_1', 're_1', 2000n), 'pay_1'),
      entry('refund-2', 'refund', 9000n, { kind: 'fail', code: '422 refund_exceeds_captured' }, 'pay_1'),
      entry('create-2', 'create', 700n, ok('pay_2', 0n, 700n)),
      entry('cancel-2', 'cancel', null, ok('pay_2', 0n, 700n), 'pay_2'),
      entry('create-3', 'create', 900n, { kind: 'fail', code: '402 card_declined' }),
      entry('create-4', 'create', 100n, { kind: 'info' }),
    ],
    events: [
      event(1, 'pay_1', 0, 'PaymentCreated', { amount: usd(5000) }, 'create-1'),
      event(2, 'pay_1', 1, 'PaymentConfirmRequested', { attempt: 1 }, 'create-1'),
      event(3, 'pay_1', 2, 'PaymentAuthorized', { intentId: 'pi_1', amount: usd(5000) }),
      event(4, 'pay_1', 3, 'PaymentCaptured', { amount: usd(5000) }),
      event(5, 'pay_1', 4, 'PaymentFeeRecorded', { fee: usd(175) }),
      event(6, 'pay_1', 5, 'RefundRequested', { refundId: 're_1', amount: usd(2000) }, 'refund-1'),
      event(7, 'pay_1', 6, 'RefundInitiated', {
        refundId: 're_1',
        providerRefundId: 'sre_1',
        amount: usd(2000),
      }),
      event(8, 'pay_2', 0, 'PaymentCreated', { amount: usd(700) }, 'create-2'),
      event(9, 'pay_2', 1, 'PaymentConfirmRequested', { attempt: 1 }, 'create-2'),
      event(10, 'pay_2', 2, 'PaymentAuthorized', { intentId: 'pi_2', amount: usd(700) }),
      event(11, 'pay_2', 3, 'PaymentCancelRequested', {}, 'cancel-2'),
      event(12, 'pay_2', 4, 'PaymentCanceled', { intentId: 'pi_2', released: usd(700) }),
      event(13, 'pay_3', 0, 'PaymentCreated', { amount: usd(900) }, 'create-3'),
      event(14, 'pay_3', 1, 'PaymentConfirmRequested', { attempt: 1 }, 'create-3'),
      event(15, 'pay_3', 2, 'PaymentDeclined', { intentId: 'pi_3', chargeId: 'ch_3' }),
    ],
    payments: [
      row('pay_1', 'captured', 5000n, {
        amount_authorized: 5000n,
        amount_captured: 5000n,
        amount_refunded: 2000n,
        fee: 175n,
        payment_intent: 'pi_1',
        revision: 6n,
      }),
      row('pay_2', 'canceled', 700n, { payment_intent: 'pi_2', revision: 4n }),
      row('pay_3', 'requires_payment_method', 900n, { payment_intent: 'pi_3', revision: 2n }),
    ],
    refunds: [
      {
        id: 're_1',
        payment: 'pay_1',
        status: 'pending',
        amount: 2000n,
        currency: 'USD',
        provider_refund: 'sre_1',
      },
    ],
    postings: new Map([
      ['event-4', between('processor_balance', 'unapplied_payments', 5000n)],
      ['event-5', between('processor_fees', 'processor_balance', 175n)],
      ['event-7', between('unapplied_payments', 'processor_balance', 2000n)],
    ]),
    waiting: [],
    lines: [
      line('charge_authorized', 'ch_1', 5000, 'pay_1', { payment_intent: 'pi_1' }),
      line('charge_captured', 'ch_1', 5000, 'pay_1', { payment_intent: 'pi_1' }),
      line('balance_transaction', 'txn_1', 5000, 'pay_1', { gross: 5000, fee: 175, net: 4825 }),
      refundLine('sre_1', 're_1', 2000),
      line('balance_transaction', 'txn_2', -2000, 'pay_1', { gross: -2000, net: -2000 }),
      line('charge_authorized', 'ch_2', 700, 'pay_2', { payment_intent: 'pi_2' }),
      line('charge_released', 'ch_2', 700, 'pay_2', { payment_intent: 'pi_2' }),
      line('charge_failed', 'ch_3', 900, 'pay_3', { payment_intent: 'pi_3' }),
    ],
  };
}

export function entry(
  id: string,
  kind: HistoryEntry['command']['kind'],
  amount: bigint | null,
  outcome: HistoryEntry['outcome'],
  subject: string | null = null,
): HistoryEntry {
  return { command: { id, kind, subject, amount, currency: 'USD' }, outcome };
}

export function ok(subject: string, captured: bigint, amount = captured): HistoryEntry['outcome'] {
  const shown = { subject, refund: null, status: 'succeeded', amount, currency: 'USD', captured };
  return { kind: 'ok', settled: true, shown };
}

function okRefund(subject: string, refund: string, amount: bigint): HistoryEntry['outcome'] {
  const shown = { subject, refund, status: 'pending', amount, currency: 'USD', captured: null };
  return { kind: 'ok', settled: true, shown };
}

export function event(
  position: number,
  payment: string,
  revision: number,
  type: string,
  data: Readonly<Record<string, unknown>>,
  reason: string | null = null,
): RawEvent {
  return {
    position: BigInt(position),
    stream: `payment-${payment}`,
    revision: BigInt(revision),
    event_id: `event-${position}`,
    type,
    data,
    metadata: { reason },
  };
}

export function usd(minor: number): { readonly amount: string; readonly currency: string } {
  return { amount: String(minor), currency: 'USD' };
}

function row(id: string, step: string, amount: bigint, more: Partial<PaymentRow>): PaymentRow {
  const nothing = { amount_authorized: 0n, amount_captured: 0n, amount_refunded: 0n, fee: null };
  return {
    ...{ id, step, canceling: false, amount, currency: 'USD', payment_intent: null, revision: 0n },
    ...nothing,
    ...more,
  };
}

export function between(debit: string, credit: string, amount: bigint): Posting[] {
  return [
    { account: debit, currency: 'USD', amount },
    { account: credit, currency: 'USD', amount: -amount },
  ];
}

export function line(
  kind: string,
  id: string,
  amount: number,
  payment: string,
  more: Partial<MoneyLine> = {},
): MoneyLine {
  const nothing = { payment_intent: null, charge: null, refund: null, gross: 0, fee: 0, net: 0, type: null };
  return {
    ...{ kind, id, amount, currency: 'usd', metadata: { counterfoil_payment: payment } },
    ...nothing,
    ...more,
  };
}

export function refundLine(id: string, refund: string, amount: number): MoneyLine {
  const metadata = { counterfoil_payment: 'pay_1', counterfoil_refund: refund };
  return line('refund_created', id, amount, 'pay_1', { refund: id, payment_intent: 'pi_1', metadata });
}
