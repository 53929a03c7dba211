import { describe, expect, it } from '@jest/globals';
import type { RawBooks } from './books-example.js';
import { agreeingBooks, between, compareRaw, usd } from './books-example.js';
import type { RawEvent } from './raw-event.js';

let position = 100;

function fact(stream: string, revision: number, type: string, data: RawEvent['data']): RawEvent {
  position += 1;
  const event_id = `event-${position}`;
  return {
    position: BigInt(position),
    stream,
    revision: BigInt(revision),
    event_id,
    type,
    data,
    metadata: {},
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
    fact('creditAccount-cus_1', 0, 'CreditGranted', { amount: usd(900) }),
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
  return books;
}

function applied(revision: number, applicationId: string, tender: object, cents: number): RawEvent {
  const data = { applicationId, tender, amount: usd(cents) };
  return fact('invoice-inv_1', revision, 'InvoicePaymentApplied', data);
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
  ])('finds %s', (_what, facts, found) => {
    const books = soldBooks();
    books.events.push(...facts());
    expect(rulesOf(books)).toEqual(found);
  });

  it('finds a ledger that says less is owed', () => {
    const books = soldBooks();
    const [id = ''] = [...books.postings.keys()].slice(-1);
    books.postings.set(id, between('customer_credit', 'accounts_receivable', 701n));
    expect(rulesOf(books)).toEqual(['receivable_differs USD']);
  });
});
