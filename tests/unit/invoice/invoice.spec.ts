import { describe, expect, it } from '@jest/globals';
import { invoiceCodec } from '../../../src/application/invoice/invoice.codec.js';
import type { InvoiceContent, InvoiceLine } from '../../../src/domain/invoice/content.js';
import { invoice } from '../../../src/domain/invoice/invoice.js';
import { dueOf, isIssued, uncredited } from '../../../src/domain/invoice/state.js';
import { parseCivilDate } from '../../../src/domain/shared/civil-date.js';
import type { Tender } from '../../../src/domain/shared/tender.js';
import { given } from '../../support/decider-specification.js';
import { foldInvoice } from '../../support/invoice-arbitraries.js';
import {
  applyPayment,
  at,
  card,
  claim,
  collectionId,
  content,
  creditNoteId,
  dec,
  details,
  draftInvoice,
  eur,
  finalizeInvoice,
  history,
  hold,
  invoiceRefundId,
  issue,
  issuedOn,
  lagoContent,
  line,
  partRefused,
  partReturned,
  price,
  recordCreditNote,
  recordFinalized,
  release,
  requestCreditNote,
  requestRefund,
  reverseCreditNote,
  reversePayment,
  simple,
  vat,
} from '../../support/invoice-examples.js';

const drafted = history(draftInvoice());
const finalizing = history(draftInvoice(), finalizeInvoice);
const open = history(...issue());
const paid = history(...issue(), applyPayment(1, 33_499));
const voided = history(...issue(), simple('VoidInvoice'));
const uncollectible = history(...issue(), simple('MarkUncollectible'));
const dueOn = parseCivilDate('2026-12-01');

describe('a draft', () => {
  it('is made once, and the same again changes nothing', () => {
    given(invoice, [])
      .when(draftInvoice())
      .then({ type: 'InvoiceDrafted', at, ...details, content: lagoContent });
    given(invoice, drafted).when(draftInvoice()).thenNothing();
    given(invoice, drafted)
      .when(draftInvoice(content([line('1.00')])))
      .thenRejected({ code: 'invoice_already_exists' });
  });

  it('is revised as a whole until it is finalized, and never after', () => {
    const revised = content([line('12.00', { taxes: [vat('20')] })]);
    const revise = { type: 'ReviseDraft', at, content: revised } as const;
    given(invoice, drafted)
      .when(revise)
      .then({ type: 'InvoiceDraftRevised', at, currency: 'EUR', content: revised });
    given(invoice, drafted).when({ type: 'ReviseDraft', at, content: lagoContent }).thenNothing();
    for (const [status, past] of Object.entries({ finalizing, open, paid, void: voided, uncollectible })) {
      given(invoice, past).when(revise).thenRejected({ code: 'invoice_not_draft', status });
    }
    given(invoice, []).when(revise).thenRejected({ code: 'invoice_not_found' });
  });

  const bad: readonly [string, InvoiceContent, { code: string; line?: number | null }][] = [
    ['no lines', content([]), { code: 'invoice_without_lines' }],
    ['501 lines', content(Array.from({ length: 501 }, () => line('1'))), { code: 'too_many_lines' }],
    [
      '51 different rates',
      content(Array.from({ length: 51 }, (_, n) => line('1', { taxes: [vat(`${n}`)] }))),
      { code: 'too_many_tax_rates' },
    ],
    [
      'a quantity of zero',
      content([lineOf({ quantity: dec('0') })]),
      { code: 'quantity_not_positive', line: 1 },
    ],
    ['a negative price', content([line('1'), line('-1')]), { code: 'unit_price_negative', line: 2 }],
    [
      'a tiered line without tiers',
      content([line('1', { charge: { kind: 'tiered', tiers: [] } })]),
      { code: 'quantity_not_positive' },
    ],
    [
      'a rate of 101 %',
      content([line('1', { taxes: [vat('101')] })]),
      { code: 'percentage_out_of_range', line: 1 },
    ],
    ['a rate below zero', content([line('1', { taxes: [vat('-1')] })]), { code: 'percentage_out_of_range' }],
    [
      'a rate twice on a line',
      content([line('1', { taxes: [vat('20'), vat('20.0')] })]),
      { code: 'tax_rate_given_twice' },
    ],
    [
      'a discount of 101 %',
      content([line('1')], { discount: { kind: 'percentage', percentage: dec('101') } }),
      { code: 'percentage_out_of_range', line: null },
    ],
    [
      'a discount above its line',
      content([line('1', { discount: { kind: 'amount', amount: eur(101) } })]),
      { code: 'discount_too_large', line: 1 },
    ],
    [
      'a discount below zero',
      content([line('1')], { discount: { kind: 'amount', amount: eur(-1) } }),
      { code: 'amount_not_positive' },
    ],
    [
      'a discount in another currency',
      content([line('1')], { discount: { kind: 'amount', amount: { minor: 1n, currency: 'USD' } } }),
      { code: 'currency_mismatch' },
    ],
    ['more than any JSON reader holds', content([line('999999999999999')]), { code: 'amount_too_large' }],
    [
      '4,000 days to pay',
      content([line('1')], { due: { kind: 'after', days: 4_000 } }),
      { code: 'due_days_out_of_range' },
    ],
    [
      'a period that ends before it begins',
      content([line('1', { period: { from: issuedOn, to: parseCivilDate('2026-10-31') ?? issuedOn } })]),
      { code: 'period_reversed', line: 1 },
    ],
  ];
  it.each(bad)('is refused with %s', (_name, of, rejection) => {
    given(invoice, [])
      .when(draftInvoice(of))
      .thenRejected(rejection as never);
    given(invoice, drafted)
      .when({ type: 'ReviseDraft', at, content: of })
      .thenRejected(rejection as never);
  });
});

describe('a number', () => {
  it('is asked for first, with the place that the series had, and then recorded', () => {
    given(invoice, drafted)
      .when(finalizeInvoice)
      .then({
        type: 'InvoiceFinalizationRequested',
        at,
        series: 'INV-2026',
        seen: 4n,
        issuedOn,
        dueOn: dueOn ?? issuedOn,
      });
    given(invoice, finalizing)
      .when(recordFinalized())
      .then({
        type: 'InvoiceFinalized',
        at,
        ...details,
        number: 'INV-2026-000006',
        issuedOn,
        dueOn: dueOn ?? issuedOn,
        billingIdentitySha256: null,
        content: lagoContent,
        ...price(lagoContent),
      });
  });

  it('is asked for once and recorded once', () => {
    for (const past of [finalizing, open, paid]) given(invoice, past).when(finalizeInvoice).thenNothing();
    for (const past of [voided, uncollectible]) {
      given(invoice, past).when(finalizeInvoice).thenRejected({ code: 'invoice_not_draft' });
    }
    given(invoice, open).when(recordFinalized()).thenNothing();
    given(invoice, open)
      .when(recordFinalized('INV-2026-000007'))
      .thenRejected({ code: 'number_contradicts_history', number: 'INV-2026-000006' });
    given(invoice, drafted)
      .when(recordFinalized())
      .thenRejected({ code: 'invoice_not_open', status: 'draft' });
  });

  it('is not given to an invoice that would be due before it is issued', () => {
    const past = parseCivilDate('2026-10-31') ?? issuedOn;
    given(invoice, history(draftInvoice(content([line('1')], { due: { kind: 'on', date: past } }))))
      .when(finalizeInvoice)
      .thenRejected({ code: 'due_before_issue' });
  });

  it('ends an invoice of nothing as paid', () => {
    const free = content([line('0', { taxes: [vat('20')] })]);
    expect(
      history(...issue(free))
        .map(({ type }) => type)
        .slice(-2),
    ).toEqual(['InvoiceFinalized', 'InvoicePaid']);
  });
});

describe('the largest invoice', () => {
  it('fits into one event, as do a credit note of all of it and the request for that', () => {
    const rates = Array.from({ length: 50 }, (_, n) => ({
      ...vat(`${n}.123456`),
      name: 'A rate of some tax',
    }));
    const lines = Array.from({ length: 500 }, (_, n) =>
      line('12345.678901234567', {
        description: 'x'.repeat(100),
        taxes: Array.from({ length: 5 }, (_none, k) => rates[(n + 10 * k) % 50] ?? vat('1')),
      }),
    );
    const events = history(
      ...issue(content(lines)),
      requestCreditNote(1, { by: 'everything' }),
      recordCreditNote(1),
    );
    const sizes = events.map((event) => JSON.stringify(invoiceCodec.encode(event).data).length);
    expect(Math.max(...sizes)).toBeGreaterThan(300_000);
    expect(Math.max(...sizes)).toBeLessThan(900_000);
  });
});

describe('what is due', () => {
  it('is paid in parts, and the last one marks the invoice paid, once', () => {
    const half = history(...issue(), applyPayment(1, 10_000));
    const rest = given(invoice, half).when(applyPayment(2, 23_499, { tender: card(2) }));
    rest.then(
      { type: 'InvoicePaymentApplied', at, applicationId: 'app_2', tender: card(2), amount: eur(23_499) },
      { type: 'InvoicePaid', at, paid: eur(33_499), credited: eur(0) },
    );
    given(invoice, paid).when(applyPayment(1, 33_499)).thenNothing();
    given(invoice, paid).when(applyPayment(1, 33_498)).thenRejected({ code: 'application_already_exists' });
  });

  it('is never overpaid: what is above is refused, with what is due', () => {
    given(invoice, open)
      .when(applyPayment(1, 33_500))
      .thenRejected({ code: 'payment_exceeds_due', due: eur(33_499) });
    given(invoice, paid)
      .when(applyPayment(2, 1))
      .thenRejected({ code: 'payment_exceeds_due', due: eur(0) });
    given(invoice, open).when(applyPayment(1, 0)).thenRejected({ code: 'amount_not_positive' });
    given(invoice, open)
      .when(applyPayment(1, 1, { amount: { minor: 1n, currency: 'USD' } }))
      .thenRejected({ code: 'currency_mismatch', expected: 'EUR' });
    for (const past of [drafted, finalizing, voided, uncollectible]) {
      given(invoice, past).when(applyPayment(1, 1)).thenRejected({ code: 'invoice_not_open' });
    }
  });

  it('comes back when a payment does', () => {
    given(invoice, paid)
      .when(reversePayment(1, null))
      .then(
        {
          type: 'InvoicePaymentReversed',
          at,
          applicationId: 'app_1',
          reversalId: 'rev_1',
          tender: card(1),
          amount: eur(33_499),
          cause: 'refunded',
        },
        { type: 'InvoiceReopened', at, due: eur(33_499) },
      );
    const reopened = history(...issue(), applyPayment(1, 33_499), reversePayment(1, 500));
    given(invoice, reopened).when(reversePayment(1, 500)).thenNothing();
    given(invoice, reopened).when(reversePayment(1, 499)).thenRejected({ code: 'reversal_already_exists' });
    given(invoice, reopened)
      .when(reversePayment(1, 33_000, 2))
      .thenRejected({ code: 'reversal_exceeds_applied', reversible: eur(32_999) });
    given(invoice, reopened).when(reversePayment(9, 1)).thenRejected({ code: 'application_not_found' });
    given(invoice, reopened)
      .when(applyPayment(2, 500))
      .then(
        { type: 'InvoicePaymentApplied', at, applicationId: 'app_2', tender: card(2), amount: eur(500) },
        { type: 'InvoicePaid', at, paid: eur(33_499), credited: eur(0) },
      );
  });
});

describe('a refund of an invoice', () => {
  /** Paid by a card, credit and a second card, in that order. */
  const byThree = [
    ...issue(),
    applyPayment(1, 20_000),
    applyPayment(2, 10_000, { tender: hold(2) }),
    applyPayment(3, 3_499),
  ];
  const mixed = history(...byThree);
  const part = (n: number, tender: Tender, minor: number) => ({
    applicationId: `app_${n}`,
    reversalId: `part ${n} of 1`,
    tender,
    amount: eur(minor),
  });

  it('is shared out in one fact, the last tender first, with which goes what needs nobody outside', () => {
    const byCredit = part(2, hold(2), 10_000);
    const parts = [part(3, card(3), 3_499), byCredit, part(1, card(1), 501)];
    given(invoice, mixed)
      .when(requestRefund(1, 14_000))
      .then(
        {
          type: 'InvoiceRefundRequested',
          ...{ at, invoiceRefundId: invoiceRefundId(1), refundReason: null, amount: eur(14_000), parts },
        },
        {
          type: 'InvoicePaymentReversed',
          ...{ at, cause: 'refunded', invoiceRefundId: invoiceRefundId(1), ...byCredit },
        },
        { type: 'InvoiceReopened', at, due: eur(10_000) },
      );
  });

  it('gives no more than is left, without what is on its way already', () => {
    const asked = history(...byThree, requestRefund(1, 14_000));
    given(invoice, asked).when(requestRefund(1, 14_000)).thenNothing();
    given(invoice, asked)
      .when(requestRefund(1, 13_999))
      .thenRejected({ code: 'invoice_refund_already_exists' });
    given(invoice, asked)
      .when(requestRefund(2, 19_500))
      .thenRejected({ code: 'refund_exceeds_paid', left: eur(19_499) });
    given(invoice, asked)
      .when(requestRefund(2, 19_499, { atMost: [19_498, null, 0] }))
      .thenRejected({ code: 'refund_exceeds_paid', left: eur(19_498) });
    given(invoice, mixed).when(requestRefund(1, 0)).thenRejected({ code: 'amount_not_positive' });
    for (const past of [drafted, finalizing, open, voided]) {
      given(invoice, past).when(requestRefund(1, 1)).thenRejected({ code: 'invoice_not_paid' });
    }
    given(invoice, history(...byThree.slice(0, -1), claim(1, 3_499)))
      .when(requestRefund(1, 1))
      .thenRejected({ code: 'invoice_already_being_collected', collectionId: collectionId(1) });
  });

  it('leaves a part on the invoice that is refused, and counts one that goes back by its own name', () => {
    const asked = [...byThree, requestRefund(1, 14_000)];
    given(invoice, history(...asked))
      .when(partRefused(1, 3))
      .then({
        type: 'InvoiceRefundPartRefused',
        ...{ at, invoiceRefundId: invoiceRefundId(1), applicationId: 'app_3' },
        ...{ reversalId: 'part 3 of 1', amount: eur(3_499), code: 'charge_disputed' },
      });
    given(invoice, history(...asked, partRefused(1, 3)))
      .when(partRefused(1, 3))
      .thenNothing();
    given(invoice, history(...asked, partReturned(1, 3, 3_499)))
      .when(partRefused(1, 3))
      .thenNothing();
    given(invoice, history(...asked))
      .when(partRefused(2, 3))
      .thenRejected({ code: 'invoice_refund_not_found' });
    // It may be asked for again, as a part of another refund.
    const left = { code: 'refund_exceeds_paid', left: eur(22_998) } as const;
    given(invoice, history(...asked, partRefused(1, 3)))
      .when(requestRefund(2, 22_999))
      .thenRejected(left);
    given(invoice, history(...asked))
      .when(partReturned(1, 3, 3_499))
      .then({
        type: 'InvoicePaymentReversed',
        ...{ at, cause: 'refunded', invoiceRefundId: invoiceRefundId(1), ...part(3, card(3), 3_499) },
      });
  });

  it('keeps what is on its way to a card from becoming credit as well', () => {
    const lessDue = { ...reversePayment(1, 100, 7), cause: 'less_due' } as const;
    given(invoice, history(...byThree, requestRefund(1, 14_000)))
      .when(lessDue)
      .thenRejected({ code: 'invoice_refund_in_progress', invoiceRefundId: invoiceRefundId(1) });
    expect(history(...byThree, requestRefund(1, 14_000), partRefused(1, 1), lessDue)).toHaveLength(12);
  });
});

describe('a collection', () => {
  const claimed = history(...issue(), claim(1, 33_499));

  it('has the invoice to itself until it is released', () => {
    given(invoice, open)
      .when(claim(1, 100))
      .then({ type: 'InvoiceCollectionClaimed', at, collectionId: collectionId(1), amount: eur(100) });
    given(invoice, claimed).when(claim(1, 33_499)).thenNothing();
    given(invoice, claimed).when(claim(1, 33_498)).thenRejected({ code: 'collection_already_exists' });
    given(invoice, claimed)
      .when(claim(2, 1))
      .thenRejected({ code: 'invoice_already_being_collected', collectionId: collectionId(1) });
    given(invoice, claimed)
      .when(applyPayment(2, 1))
      .thenRejected({ code: 'invoice_already_being_collected' });
    for (const type of ['VoidInvoice', 'MarkUncollectible'] as const) {
      given(invoice, claimed).when(simple(type)).thenRejected({ code: 'invoice_already_being_collected' });
    }
    given(invoice, claimed)
      .when(requestCreditNote(1, { by: 'everything' }))
      .thenRejected({ code: 'credit_note_exceeds_due', due: eur(0) });
  });

  it('brings its payments, also the last one, and is released after', () => {
    const brought = history(
      ...issue(),
      claim(1, 33_499),
      applyPayment(1, 33_499, { collectionId: collectionId(1) }),
    );
    expect(brought.at(-1)?.type).toBe('InvoicePaid');
    given(invoice, brought)
      .when(release(1))
      .then({ type: 'InvoiceCollectionReleased', at, collectionId: collectionId(1) });
  });

  it('is over once it is released', () => {
    const released = history(...issue(), claim(1, 33_499), release(1));
    given(invoice, released).when(release(1)).thenNothing();
    given(invoice, released).when(claim(1, 33_499)).thenRejected({ code: 'collection_already_ended' });
    given(invoice, released)
      .when(claim(2, 33_499))
      .then({ type: 'InvoiceCollectionClaimed', at, collectionId: collectionId(2), amount: eur(33_499) });
    given(invoice, released).when(release(9)).thenRejected({ code: 'collection_not_found' });
  });

  it('never asks for more than is due', () => {
    given(invoice, open)
      .when(claim(1, 33_500))
      .thenRejected({ code: 'payment_exceeds_due', due: eur(33_499) });
    given(invoice, paid).when(claim(1, 1)).thenRejected({ code: 'invoice_not_open', status: 'paid' });
    const partly = history(...issue(), applyPayment(1, 10_000));
    given(invoice, partly)
      .when(claim(1, 100, 23_499))
      .then({
        ...{ type: 'InvoiceCollectionClaimed', at, collectionId: collectionId(1), amount: eur(100) },
      });
    given(invoice, partly)
      .when(claim(1, 100, 33_499))
      .thenRejected({ code: 'invoice_due_changed', due: eur(23_499) });
    given(invoice, drafted).when(claim(1, 1)).thenRejected({ code: 'invoice_not_open', status: 'draft' });
  });
});

describe('a credit note', () => {
  it('is taken back whole by another one, once, which asks for every line and tax of it again', () => {
    const credited = history(
      ...issue(),
      requestCreditNote(1, { by: 'lines', lines: [1] }),
      recordCreditNote(1),
    );
    const after = history(
      ...issue(),
      requestCreditNote(1, { by: 'lines', lines: [1] }),
      recordCreditNote(1),
      reverseCreditNote(2, 1),
      recordCreditNote(2),
    );
    const before = foldInvoice(history(...issue()));
    const state = foldInvoice(after);
    if (!isIssued(before) || !isIssued(state)) throw new TypeError('both are issued');
    expect([dueOf(state), uncredited(state)]).toEqual([dueOf(before), uncredited(before)]);
    given(invoice, after).when(reverseCreditNote(3, 1)).thenRejected({ code: 'credit_note_already_exists' });
    given(invoice, after).when(reverseCreditNote(2, 1)).thenNothing();
    given(invoice, after).when(reverseCreditNote(3, 2)).thenRejected({ code: 'credit_note_not_found' });
    given(invoice, credited).when(reverseCreditNote(3, 2)).thenRejected({ code: 'credit_note_not_found' });
  });

  it('keeps its part from the request on, and takes it back under its number', () => {
    const requested = history(...issue(), requestCreditNote(1, { by: 'lines', lines: [2] }));
    given(invoice, requested)
      .when(applyPayment(1, 33_499))
      .thenRejected({ code: 'payment_exceeds_due', due: eur(25_300) });
    for (const type of ['VoidInvoice', 'MarkUncollectible'] as const) {
      given(invoice, requested).when(simple(type)).thenRejected({ code: 'credit_note_in_progress' });
    }
    given(invoice, requested)
      .when(recordCreditNote(1))
      .then({
        type: 'InvoiceCredited',
        at,
        creditNoteId: creditNoteId(1),
        number: 'CN-2026-000001',
        creditReason: 'returned',
        issuedOn,
        customerId: details.customerId,
        purpose: 'sale',
        lines: [
          {
            line: 2,
            net: eur(6_833),
            taxes: [{ rate: 1, amount: eur(1_366) }],
            tax: eur(1_366),
            total: eur(8_199),
          },
        ],
        net: eur(6_833),
        tax: eur(1_366),
        total: eur(8_199),
      });
  });

  it('that takes back all that is due ends the invoice as paid', () => {
    const events = history(
      ...issue(),
      applyPayment(1, 30_000),
      requestCreditNote(1, { by: 'total', amount: eur(3_499) }),
      recordCreditNote(1),
    );
    expect(events.at(-1)).toEqual({ type: 'InvoicePaid', at, paid: eur(30_000), credited: eur(3_499) });
  });

  it('never takes back what payments hold', () => {
    const half = history(...issue(), applyPayment(1, 33_000));
    given(invoice, half)
      .when(requestCreditNote(1, { by: 'lines', lines: [1] }))
      .thenRejected({ code: 'credit_note_exceeds_due', due: eur(499) });
    given(invoice, paid)
      .when(requestCreditNote(1, { by: 'everything' }))
      .thenRejected({ code: 'credit_note_exceeds_due', due: eur(0) });
  });

  it('is made once', () => {
    const scope = { by: 'total', amount: eur(100) } as const;
    const credited = history(...issue(), requestCreditNote(1, scope), recordCreditNote(1));
    given(invoice, credited).when(requestCreditNote(1, scope)).thenNothing();
    given(invoice, credited).when(recordCreditNote(1)).thenNothing();
    given(invoice, credited)
      .when(recordCreditNote(1, 'CN-2026-000009'))
      .thenRejected({ code: 'number_contradicts_history' });
    given(invoice, credited)
      .when(requestCreditNote(1, { ...scope, amount: eur(101) }))
      .thenRejected({ code: 'credit_note_already_exists' });
    given(invoice, credited).when(recordCreditNote(2)).thenRejected({ code: 'credit_note_not_found' });
  });

  it('needs an issued invoice that counts', () => {
    for (const past of [drafted, finalizing, voided, uncollectible]) {
      given(invoice, past)
        .when(requestCreditNote(1, { by: 'everything' }))
        .thenRejected({ code: 'invoice_not_creditable' });
    }
  });
});

describe('the end of an invoice', () => {
  it('void keeps the number and takes back what credit notes left', () => {
    const credited = history(
      ...issue(),
      requestCreditNote(1, { by: 'lines', lines: [1] }),
      recordCreditNote(1),
    );
    given(invoice, credited)
      .when(simple('VoidInvoice'))
      .then({
        type: 'InvoiceVoided',
        at,
        purpose: 'sale',
        net: eur(21_083),
        tax: eur(4_216),
        total: eur(25_299),
      });
    given(invoice, voided).when(simple('VoidInvoice')).thenNothing();
  });

  it('is not void while a payment is applied', () => {
    const half = history(...issue(), applyPayment(1, 100));
    given(invoice, half)
      .when(simple('VoidInvoice'))
      .thenRejected({ code: 'invoice_has_payments', applied: eur(100) });
    const returned = history(...issue(), applyPayment(1, 100), reversePayment(1, null));
    given(invoice, returned)
      .when(simple('VoidInvoice'))
      .then({
        type: 'InvoiceVoided',
        at,
        purpose: 'sale',
        net: eur(27_916),
        tax: eur(5_583),
        total: eur(33_499),
      });
    for (const [status, past] of Object.entries({ draft: drafted, finalizing, paid, uncollectible })) {
      given(invoice, past).when(simple('VoidInvoice')).thenRejected({ code: 'invoice_not_voidable', status });
    }
  });

  it('uncollectible gives up what is due, and a payment that goes back opens it again', () => {
    const half = history(...issue(), applyPayment(1, 30_000));
    given(invoice, half)
      .when(simple('MarkUncollectible'))
      .then({ type: 'InvoiceMarkedUncollectible', at, amount: eur(3_499) });
    const givenUp = history(...issue(), applyPayment(1, 30_000), simple('MarkUncollectible'));
    given(invoice, givenUp).when(simple('MarkUncollectible')).thenNothing();
    given(invoice, givenUp)
      .when(reversePayment(1, null))
      .then(
        {
          type: 'InvoicePaymentReversed',
          at,
          applicationId: 'app_1',
          reversalId: 'rev_1',
          tender: card(1),
          amount: eur(30_000),
          cause: 'refunded',
        },
        { type: 'InvoiceReopened', at, due: eur(30_000) },
      );
  });

  it('comes after the customer was given the invoice, once', () => {
    given(invoice, open).when(simple('SendInvoice')).then({ type: 'InvoiceSent', at });
    given(invoice, history(...issue(), simple('SendInvoice')))
      .when(simple('SendInvoice'))
      .thenNothing();
    for (const past of [drafted, finalizing, voided]) {
      given(invoice, past).when(simple('SendInvoice')).thenRejected({ code: 'invoice_not_sendable' });
    }
  });

  it('of something that does not exist does not exist', () => {
    for (const type of ['SendInvoice', 'VoidInvoice', 'MarkUncollectible'] as const) {
      given(invoice, []).when(simple(type)).thenRejected({ code: 'invoice_not_found' });
    }
  });
});

function lineOf({ quantity }: { readonly quantity: ReturnType<typeof dec> }): InvoiceLine {
  return line('1', { charge: { kind: 'unit', quantity, unitPrice: dec('1') } });
}
