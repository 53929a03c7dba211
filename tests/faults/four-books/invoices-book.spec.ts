import { describe, expect, it } from '@jest/globals';
import type { RawBooks } from './books-example.js';
import { agreeingBooks, between, compareRaw, entry, ok, usd } from './books-example.js';
import { InvoicesBook } from './invoices-book.js';
import type { RawEvent } from './raw-event.js';

let position = 100;

function fact(
  stream: string,
  revision: number,
  type: string,
  data: RawEvent['data'],
  reason: string | null = null,
): RawEvent {
  position += 1;
  const event_id = `event-${position}`;
  return {
    position: BigInt(position),
    stream,
    revision: BigInt(revision),
    event_id,
    type,
    data,
    metadata: { reason },
  };
}

const cheque = { kind: 'manual', manualPaymentId: 'mp_1' };
const hold = { kind: 'credit', holdId: 'hold_1' };

/** An invoice of 30.00 that a cheque pays with 20.00 and credit with 7.00; 3.00 are due. */
function soldBooks(): RawBooks {
  const books = agreeingBooks();
  const part = { holdId: 'hold_1', amount: usd(700), invoiceId: 'inv_1' };
  books.events.push(
    fact('manualPayment-mp_1', 0, 'ManualPaymentVerified', { amount: usd(2000) }),
    fact('creditAccount-cus_1', 0, 'CreditGranted', { creditId: 'crd_1', amount: usd(900) }, 'grant-1'),
    fact('invoice-inv_1', 0, 'InvoiceFinalized', { total: usd(3000) }),
    fact('invoice-inv_1', 1, 'InvoiceCollectionClaimed', { collectionId: 'col_1', amount: usd(2700) }),
    fact('manualPayment-mp_1', 1, 'ManualPaymentApplied', { applicationId: 'col_1/1', amount: usd(2000) }),
    fact('creditAccount-cus_1', 1, 'CreditHeld', part),
    fact('creditAccount-cus_1', 2, 'CreditSpent', part),
    applied(2, 'col_1/1', cheque, 2000),
    applied(3, 'col_1/2', hold, 700),
    fact('invoice-inv_1', 4, 'InvoiceCollectionReleased', { collectionId: 'col_1' }),
  );
  const ids = books.events.slice(-10).map(({ event_id: id }) => id);
  const [, , finalized = '', , , , , byCheque = '', byCredit = ''] = ids;
  books.postings.set(finalized, between('accounts_receivable', 'revenue', 3000n));
  books.postings.set(byCheque, between('unapplied_payments', 'accounts_receivable', 2000n));
  books.postings.set(byCredit, between('customer_credit', 'accounts_receivable', 700n));
  books.history.push(
    entry('grant-1', 'grant', 900n, ok('crd_1', 0n, 900n)),
    entry('pay-1', 'pay', null, ok('col_1', 2700n), 'inv_1'),
    entry('pay-2', 'pay', null, { kind: 'fail', code: '402 card_declined' }, 'inv_1'),
  );
  books.events.push(
    fact('collection-col_1', 0, 'CollectionStarted', { amount: usd(2700) }, 'pay-1'),
    fact('collection-col_1', 1, 'CollectionSucceeded', { settled: usd(2700) }),
    fact('collection-col_2', 0, 'CollectionStarted', { amount: usd(300) }, 'pay-2'),
    // The leg's own stream names the command as well, which asked for the collection and for nothing else.
    fact('payment-pay_9', 0, 'PaymentCreated', { collectionId: 'col_2', amount: usd(300) }, 'pay-2'),
    fact('collection-col_2', 1, 'CollectionFailed', { code: 'card_declined' }),
  );
  const untried = { step: 'requires_payment_method', canceling: false, payment_intent: null, fee: null };
  const nothing = { amount_authorized: 0n, amount_captured: 0n, amount_refunded: 0n, revision: 0n };
  books.payments.push({ id: 'pay_9', amount: 300n, currency: 'USD', ...untried, ...nothing });
  return books;
}

function applied(revision: number, applicationId: string, tender: object, cents: number): RawEvent {
  const data = { applicationId, tender, amount: usd(cents) };
  return fact('invoice-inv_1', revision, 'InvoicePaymentApplied', data);
}

function refundAsked(cents: number, parts: readonly object[]): RawEvent {
  return fact('invoice-inv_1', 5, 'InvoiceRefundRequested', { amount: usd(cents), parts });
}

/** Takes the first fact of a type out. */
function drop({ events }: RawBooks, type: string): RawEvent {
  const [dropped] = events.splice(
    events.findIndex((event) => event.type === type),
    1,
  );
  if (dropped === undefined) throw new RangeError(`no ${type}`);
  return dropped;
}

const rulesOf = (books: RawBooks) => compareRaw(books).map(({ rule, subject }) => `${rule} ${subject}`);

describe('the four-book checker, of what is sold', () => {
  it('finds nothing in books that agree', () => {
    expect(rulesOf(soldBooks())).toEqual([]);
  });

  it.each<[what: string, facts: () => readonly RawEvent[], found: readonly string[]]>([
    [
      'a second collection beside the first',
      () => [
        fact('invoice-inv_1', 5, 'InvoiceCollectionClaimed', { collectionId: 'col_2', amount: usd(1) }),
        fact('invoice-inv_1', 6, 'InvoiceCollectionClaimed', { collectionId: 'col_3', amount: usd(1) }),
      ],
      ['broken_stream streams', 'tenders_differ inv_1', 'tenders_differ inv_1'],
    ],
    [
      'a claim that is never released',
      () => [fact('invoice-inv_1', 5, 'InvoiceCollectionClaimed', { collectionId: 'col_2', amount: usd(1) })],
      ['tenders_differ inv_1'],
    ],
    [
      'an invoice that was paid with more than it asks for',
      () => [applied(5, 'col_2/1', cheque, 400)],
      ['broken_stream streams', 'tenders_differ manual mp_1', 'receivable_differs USD'],
    ],
    [
      'a cheque that bounced and still pays',
      () => [fact('manualPayment-mp_1', 2, 'ManualPaymentReversed', { amount: usd(2000) })],
      ['tenders_differ manual mp_1'],
    ],
    [
      'a wallet below nothing',
      () => [fact('creditAccount-cus_1', 3, 'CreditExpired', { amount: usd(201) })],
      ['broken_stream streams'],
    ],
    [
      'credit that went back and still pays',
      () => [
        fact('creditAccount-cus_1', 3, 'CreditRestored', {
          ...{ holdId: 'hold_1', amount: usd(700), invoiceId: 'inv_1' },
        }),
      ],
      ['tenders_differ credit hold_1'],
    ],
    [
      'a refund of which a part is neither carried out nor refused',
      () => [
        refundAsked(500, [
          { reversalId: 're_1', amount: usd(300) },
          { reversalId: 're_2', amount: usd(200) },
        ]),
        fact('invoice-inv_1', 6, 'InvoiceRefundPartRefused', { reversalId: 're_1', amount: usd(300) }),
      ],
      ['tenders_differ inv_1'],
    ],
    [
      'a refund whose parts are not the whole, and a refusal of what nobody asked for',
      () => [
        refundAsked(500, [{ reversalId: 're_1', amount: usd(300) }]),
        fact('invoice-inv_1', 6, 'InvoiceRefundPartRefused', { reversalId: 're_1', amount: usd(300) }),
        fact('invoice-inv_1', 7, 'InvoiceRefundPartRefused', { reversalId: 're_1', amount: usd(300) }),
      ],
      ['broken_stream streams', 'broken_stream streams'],
    ],
  ])('finds %s', (_what, facts, found) => {
    const books = soldBooks();
    books.events.push(...facts());
    expect(rulesOf(books)).toEqual(found);
  });

  it.each<[what: string, plant: (books: RawBooks) => void, found: readonly string[]]>([
    [
      'an acknowledged collection that no stream knows',
      (books) => drop(books, 'CollectionStarted'),
      ['lost_acknowledgement pay-1'],
    ],
    [
      'a collection acknowledged as done that never came to its end',
      (books) => drop(books, 'CollectionSucceeded'),
      ['lost_acknowledgement pay-1'],
    ],
    [
      'a collection that brought less than was shown',
      (books) => {
        const end = drop(books, 'CollectionSucceeded');
        books.events.push({ ...end, data: { settled: usd(2699) } });
      },
      ['lost_acknowledgement pay-1'],
    ],
    [
      'a collection told as declined that succeeded',
      (books) => {
        const end = drop(books, 'CollectionFailed');
        books.events.push({ ...end, type: 'CollectionSucceeded', data: { settled: usd(0) } });
      },
      ['phantom_failure pay-2'],
    ],
    [
      'one command that collects twice',
      ({ events }) =>
        void events.push(fact('collection-col_3', 0, 'CollectionStarted', { amount: usd(300) }, 'pay-2')),
      ['doubled_effect pay-2'],
    ],
    [
      'credit of another amount than was asked for',
      ({ history }) => {
        const index = history.findIndex(({ command }) => command.id === 'grant-1');
        history[index] = entry('grant-1', 'grant', 901n, ok('crd_1', 0n, 901n));
      },
      ['lost_acknowledgement grant-1'],
    ],
  ])('finds %s', (_what, plant, found) => {
    const books = soldBooks();
    plant(books);
    expect(rulesOf(books)).toEqual(found);
  });

  it('finds a ledger that says less is owed', () => {
    const books = soldBooks();
    const [id = ''] = [...books.postings.keys()].slice(-1);
    books.postings.set(id, between('customer_credit', 'accounts_receivable', 701n));
    expect(rulesOf(books)).toEqual(['receivable_differs USD']);
  });

  it('finds tax that did not fall due with a payment, and a ledger that says otherwise', () => {
    const books = soldBooks();
    const [of, content] = [{ total: usd(1200), tax: usd(200) }, { taxPoint: 'payment' }];
    books.events.push(
      fact('invoice-inv_2', 0, 'InvoiceFinalized', { ...of, content }),
      fact('invoice-inv_2', 1, 'InvoicePaymentApplied', {
        ...{ applicationId: 'tip', tender: { kind: 'manual', manualPaymentId: 'mp_2' }, amount: usd(300) },
      }),
      fact('manualPayment-mp_2', 0, 'ManualPaymentApplied', { applicationId: 'tip', amount: usd(300) }),
    );
    const [finalized = '', paid = ''] = books.events.slice(-3).map(({ event_id: id }) => id);
    books.postings.set(finalized, [
      ...between('accounts_receivable', 'revenue', 1000n),
      ...between('accounts_receivable', 'tax_deferred', 200n),
    ]);
    books.postings.set(paid, between('unapplied_payments', 'accounts_receivable', 300n));
    expect(rulesOf(books)).toEqual(['taxes_differ inv_2']);
    const fallen = fact('invoice-inv_2', 2, 'InvoiceTaxFellDue', { amount: usd(50), fallenDue: usd(50) });
    books.events.push(fallen);
    expect(rulesOf(books)).toEqual(['taxes_differ tax_payable USD', 'taxes_differ tax_deferred USD']);
    books.postings.set(fallen.event_id, between('tax_deferred', 'tax_payable', 50n));
    expect(rulesOf(books)).toEqual([]);
  });
});

describe('a card payment of a collection that failed', () => {
  const dispute = { providerDisputeId: 'dp_1' };
  const differencesAfter = (...facts: readonly RawEvent[]) => {
    const book = new InvoicesBook();
    book.apply(fact('payment-pay_1', 0, 'PaymentCreated', { collectionId: 'col_1', amount: usd(300) }));
    book.apply(fact('payment-pay_1', 1, 'PaymentCaptured', { amount: usd(300) }));
    for (const one of facts) book.apply(one);
    return [...book.differences()].map(({ detail }) => detail);
  };
  const taken = fact('payment-pay_1', 2, 'DisputeFundsWithdrawn', { ...dispute, amount: usd(300) });
  const closed = (outcome: string) => fact('payment-pay_1', 3, 'DisputeClosed', { ...dispute, outcome });

  it('went back where its bank took it for good, and in no other case', () => {
    const kept = ['0 of it pays invoices, 300 by its own stream'];
    expect(differencesAfter()).toEqual(kept);
    expect(differencesAfter(taken)).toEqual(kept);
    expect(differencesAfter(taken, closed('won'))).toEqual(kept);
    expect(differencesAfter(taken, closed('lost'))).toEqual([]);
    const part = fact('payment-pay_1', 2, 'DisputeFundsWithdrawn', { ...dispute, amount: usd(299) });
    expect(differencesAfter(part, closed('lost'))).toEqual(kept);
  });

  it('that paid an invoice and was taken back later has to pay it still', () => {
    const tender = { kind: 'card', paymentId: 'pay_1' };
    const paid = [
      fact('invoice-inv_9', 0, 'InvoiceFinalized', { total: usd(300) }),
      fact('invoice-inv_9', 1, 'InvoicePaymentApplied', { applicationId: 'a', tender, amount: usd(300) }),
    ];
    expect(differencesAfter(...paid, taken, closed('lost'))).toEqual([]);
    const gone = { applicationId: 'a', amount: usd(300), reversalId: 'r' };
    const reversed = fact('invoice-inv_9', 2, 'InvoicePaymentReversed', gone);
    expect(differencesAfter(...paid, reversed, taken, closed('lost'))).toHaveLength(1);
  });
});
