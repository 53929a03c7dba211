import { describe, expect, it } from '@jest/globals';
import type { RawBooks } from './books-example.js';
import { agreeingBooks, between, compareRaw, event, line, refundLine, usd } from './books-example.js';

/** What is planted, what must be found, by rule and subject, and nothing besides. */
type Planted = readonly [what: string, plant: (books: RawBooks) => void, found: readonly string[]];

const planted: readonly Planted[] = [
  [
    'an acknowledged refund that no book knows',
    ({ history }) => {
      const [, refund] = history;
      if (refund) history.push({ ...refund, command: { ...refund.command, id: 'refund-9' } });
    },
    ['lost_acknowledgement refund-9'],
  ],
  [
    'an acknowledged payment whose stream says less',
    ({ history }) => show(history, 0, { captured: 5001n }),
    ['lost_acknowledgement create-1'],
  ],
  [
    'an answer in the wrong currency',
    ({ history }) => show(history, 0, { currency: 'EUR' }),
    ['lost_acknowledgement create-1'],
  ],
  [
    'a refund acknowledged and refused in its stream',
    (books) => {
      books.events[6] = event(7, 'pay_1', 6, 'RefundRefused', { refundId: 're_1' });
      books.payments[0] = { ...first(books.payments), amount_refunded: 0n };
      books.refunds[0] = { ...first(books.refunds), status: 'failed', provider_refund: null };
      books.postings.delete('event-7');
      books.lines.splice(3, 2);
    },
    ['lost_acknowledgement refund-1'],
  ],
  [
    'a command carried out twice, in two streams',
    ({ events, payments }) => {
      events.push(event(16, 'pay_4', 0, 'PaymentCreated', { amount: usd(900) }, 'create-3'));
      payments.push({ ...first(payments.slice(2)), id: 'pay_4', payment_intent: null, revision: 0n });
    },
    ['doubled_effect create-3'],
  ],
  [
    'a refund made twice at the provider',
    ({ lines }) => {
      lines.push(refundLine('sre_2', 're_1', 2000));
      lines.push(line('balance_transaction', 'txn_3', -2000, 'pay_1', { gross: -2000, net: -2000 }));
    },
    ['doubled_effect pay_1', 'cash_differs processor_balance USD', 'cash_differs unapplied_payments USD'],
  ],
  [
    'a dispute of the provider that no stream tells of',
    ({ lines }) => {
      lines.push(
        line('balance_transaction', 'txn_9', -5000, 'pay_1', {
          ...{ gross: -5000, fee: 1500, net: -6500, type: 'adjustment' },
        }),
      );
    },
    [
      'cash_differs processor_balance USD',
      'cash_differs dispute_losses USD',
      'cash_differs dispute_fees USD',
    ],
  ],
  [
    'a dispute whose fee is not in the ledger',
    (books) => {
      const moved = { providerDisputeId: 'dp_1', amount: usd(5000), gross: usd(5000), fee: usd(1500) };
      books.events.push(event(16, 'pay_1', 7, 'DisputeFundsWithdrawn', moved));
      books.payments[0] = { ...first(books.payments), revision: 7n };
      books.postings.set('event-16', between('dispute_losses', 'processor_balance', 5000n));
      books.lines.push(
        line('balance_transaction', 'txn_9', -5000, 'pay_1', {
          ...{ gross: -5000, fee: 1500, net: -6500, type: 'adjustment' },
        }),
      );
    },
    ['ledger_differs event-16', 'cash_differs processor_balance USD', 'cash_differs dispute_fees USD'],
  ],
  [
    'a second charge for one payment',
    ({ lines }) => {
      lines.push(line('charge_authorized', 'ch_9', 5000, 'pay_1', { payment_intent: 'pi_9' }));
    },
    ['doubled_effect pay_1', 'doubled_effect pay_1'],
  ],
  [
    'a declined card that was asked again',
    ({ lines }) => {
      lines.push(line('charge_failed', 'ch_4', 900, 'pay_3', { payment_intent: 'pi_3' }));
    },
    ['doubled_effect pay_3'],
  ],
  [
    'a charge that nobody here knows of',
    ({ lines }) => {
      lines.push(line('charge_authorized', 'ch_9', 5000, 'pay_9', { payment_intent: 'pi_9' }));
    },
    ['provider_differs pay_9'],
  ],
  [
    'a failure told to the client, and the charge made',
    ({ events, lines }) => {
      events[14] = event(15, 'pay_3', 2, 'PaymentDeclined', { intentId: 'pi_3', chargeId: null });
      lines[7] = line('charge_authorized', 'ch_3', 900, 'pay_3', { payment_intent: 'pi_3' });
    },
    ['phantom_failure create-3'],
  ],
  [
    'a refund told as failed, and made',
    ({ history }) => {
      history[1] = { ...first(history.slice(1)), outcome: { kind: 'fail', code: '422 provider_refused' } };
    },
    ['phantom_failure refund-1'],
  ],
  [
    'a payment that no client asked for',
    ({ history }) => {
      history.splice(5, 1);
    },
    ['unknown_command create-3'],
  ],
  [
    'a ledger that is off by one',
    ({ postings }) => {
      postings.set('event-7', between('unapplied_payments', 'processor_balance', 2001n));
    },
    ['ledger_differs event-7', 'cash_differs processor_balance USD', 'cash_differs unapplied_payments USD'],
  ],
  [
    'a fee that was never booked',
    ({ postings }) => {
      postings.delete('event-5');
    },
    ['ledger_differs event-5', 'cash_differs processor_balance USD', 'cash_differs processor_fees USD'],
  ],
  [
    'a payment missing from the list',
    ({ payments }) => {
      payments.splice(1, 1);
    },
    ['read_model_differs pay_2'],
  ],
  [
    'a row in the wrong currency',
    ({ payments }) => {
      payments[1] = { ...first(payments.slice(1)), currency: 'EUR' };
    },
    ['read_model_differs pay_2'],
  ],
  [
    'a refund of another amount',
    ({ refunds }) => {
      refunds[0] = { ...first(refunds), amount: 1999n };
    },
    ['read_model_differs re_1'],
  ],
  [
    'an event missing from the middle of a stream',
    ({ events }) => {
      events.splice(10, 1);
    },
    ['broken_stream streams', 'lost_acknowledgement cancel-2'],
  ],
  [
    'a capture recorded twice',
    (books) => {
      books.events[4] = event(5, 'pay_1', 4, 'PaymentCaptured', { amount: usd(0) });
      books.payments[0] = { ...first(books.payments), fee: null };
      books.postings.delete('event-5');
      books.lines[2] = line('balance_transaction', 'txn_1', 5000, 'pay_1', { gross: 5000, net: 5000 });
    },
    ['broken_stream streams'],
  ],
  [
    'a request without an outcome',
    ({ waiting }) => {
      waiting.push('open request refund of payment-pay_1');
    },
    ['in_doubt database'],
  ],
];

function show(
  history: RawBooks['history'],
  index: number,
  more: { captured?: bigint; currency?: string },
): void {
  const entry = first(history.slice(index));
  if (entry.outcome.kind !== 'ok') throw new TypeError('nothing was shown');
  history[index] = { ...entry, outcome: { ...entry.outcome, shown: { ...entry.outcome.shown, ...more } } };
}

function first<T>(list: readonly T[]): T {
  const [one] = list;
  if (one === undefined) throw new RangeError('nothing there');
  return one;
}

describe('the four-book checker', () => {
  it('finds nothing in books that agree', () => {
    expect(compareRaw(agreeingBooks())).toEqual([]);
  });

  it.each(planted)('finds %s, and nothing else', (_what, plant, found) => {
    const books = agreeingBooks();
    plant(books);
    expect(compareRaw(books).map(({ rule, subject }) => `${rule} ${subject}`)).toEqual(found);
  });
});
