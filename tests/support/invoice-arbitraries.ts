import fc from 'fast-check';
import type { InvoiceCommand } from '../../src/domain/invoice/commands.js';
import type {
  Charge,
  Discount,
  InvoiceContent,
  InvoiceLine,
  TaxRate,
} from '../../src/domain/invoice/content.js';
import { rateKey } from '../../src/domain/invoice/content.js';
import type { CreditScope } from '../../src/domain/invoice/credit-note.js';
import type { CreditReason, InvoiceEvent } from '../../src/domain/invoice/events.js';
import { invoice } from '../../src/domain/invoice/invoice.js';
import type { PricedInvoice } from '../../src/domain/invoice/price-invoice.js';
import { priceInvoice } from '../../src/domain/invoice/price-invoice.js';
import type { InvoiceState } from '../../src/domain/invoice/state.js';
import type { Currency } from '../../src/domain/shared/currency.js';
import { fold } from '../../src/domain/shared/decider.js';
import { decimal } from '../../src/domain/shared/decimal.js';
import {
  applyPayment,
  at,
  card,
  cheque,
  claim,
  collectionId,
  content,
  draftInvoice,
  eur,
  finalizeInvoice,
  hold,
  issue,
  lagoContent,
  partRefused,
  partReturned,
  line as plainLine,
  recordCreditNote,
  recordFinalized,
  release,
  requestCreditNote,
  requestRefund,
  reverseCreditNote,
  reversePayment,
  simple,
} from './invoice-examples.js';

/** Two, no and three decimals, and those that Stripe treats in its own way. */
const currency = fc.constantFrom<Currency>('USD', 'EUR', 'JPY', 'KWD', 'ISK', 'HUF', 'TWD', 'UGX');

const quantity = fc.oneof(
  fc.constant(decimal(1n, 0)),
  fc
    .tuple(fc.bigInt(1n, 10n ** 7n), fc.integer({ min: 0, max: 6 }))
    .map(([units, scale]) => decimal(units, scale)),
);
const unitPrice = fc.oneof(
  fc.constantFrom(decimal(0n, 0), decimal(1n, 2), decimal(6833n, 2), decimal(1n, 12)),
  fc
    .tuple(fc.bigInt(0n, 10n ** 12n), fc.integer({ min: 0, max: 12 }))
    .map(([units, scale]) => decimal(units, scale)),
);

const charge: fc.Arbitrary<Charge> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('unit' as const), quantity, unitPrice }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('tiered' as const),
      tiers: fc.array(fc.record({ description: fc.constant('tier'), quantity, unitPrice }), {
        minLength: 1,
        maxLength: 3,
      }),
    }),
  },
);

/** A discount that always fits; amounts above what they are taken from have tests of their own. */
const discount: fc.Arbitrary<Discount | null> = fc.option(
  fc.bigInt(0n, 1_000n).map((units): Discount => ({ kind: 'percentage', percentage: decimal(units, 1) })),
);

const rates: readonly TaxRate[] = [
  { name: 'VAT', percentage: decimal(20n, 0), jurisdiction: 'FR', inclusive: false },
  { name: 'VAT', percentage: decimal(55n, 1), jurisdiction: 'FR', inclusive: true },
  { name: 'GST', percentage: decimal(5n, 0), jurisdiction: 'CA', inclusive: true },
  { name: 'QST', percentage: decimal(9_975n, 3), jurisdiction: 'CA-QC', inclusive: true },
  { name: 'Sales tax', percentage: decimal(8_875n, 3), jurisdiction: 'US-NY', inclusive: false },
  { name: 'Zero', percentage: decimal(0n, 0), jurisdiction: null, inclusive: false },
];

const line: fc.Arbitrary<InvoiceLine> = fc.record({
  description: fc.constant('Something'),
  charge,
  discount,
  taxes: fc.subarray([...rates]),
  period: fc.constant(null),
  metadata: fc.constant({}),
});

const invoiceContent: fc.Arbitrary<InvoiceContent> = fc
  .tuple(fc.array(line, { minLength: 1, maxLength: 12 }), discount)
  .map(([lines, whole]) => content(lines, { discount: whole }));

export type InvoiceToPrice = { readonly code: Currency; readonly content: InvoiceContent };

export const invoiceToPrice: fc.Arbitrary<InvoiceToPrice> = fc.record({
  code: currency,
  content: invoiceContent,
});

/** The price is not drawn with the content, so that a case which is kept is priced anew. */
export function pricedOf({ code, content: of }: InvoiceToPrice): PricedInvoice {
  const result = priceInvoice(code, of);
  if ('tooLarge' in result) throw new Error('a percentage cannot be too large');
  return result.priced;
}

/** The lines that name a rate. */
export function linesWith(of: InvoiceContent, rate: TaxRate): readonly number[] {
  return of.lines.flatMap(({ taxes }, place) =>
    taxes.some((own) => rateKey(own) === rateKey(rate)) ? [place + 1] : [],
  );
}

/** Small amounts around Lago's 334.99, so that limits are hit often. */
const cents = fc.oneof(
  fc.constantFrom(0, 1, 8_199, 8_200, 16_749, 33_498, 33_499, 33_500),
  fc.integer({ min: 0, max: 34_000 }),
);
const place = fc.integer({ min: 1, max: 4 });
const some = fc.integer({ min: 1, max: 3 });

const scope: fc.Arbitrary<CreditScope> = fc.oneof(
  fc.record({ by: fc.constant('lines' as const), lines: fc.array(place, { minLength: 1, maxLength: 3 }) }),
  fc.record({
    by: fc.constant('line_amounts' as const),
    amounts: fc.array(fc.record({ line: place, amount: cents.map(eur) }), { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ by: fc.constant('total' as const), amount: cents.map(eur) }),
  fc.constant({ by: 'everything' as const }),
);

const tender = fc.tuple(fc.constantFrom(card, hold, cheque), some).map(([kind, n]) => kind(n));

export const invoiceCommand: fc.Arbitrary<InvoiceCommand> = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom(draftInvoice(), draftInvoice(content([plainLine('10.00')]))) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(lagoContent, content([plainLine('0')]), content([]))
      .map((of): InvoiceCommand => ({ type: 'ReviseDraft', at, content: of })),
  },
  { weight: 1, arbitrary: fc.constant(finalizeInvoice) },
  { weight: 1, arbitrary: fc.constantFrom(recordFinalized(), recordFinalized('INV-2026-000007')) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('SendInvoice', 'SendInvoice', 'VoidInvoice', 'MarkUncollectible').map(simple),
  },
  { weight: 2, arbitrary: fc.tuple(some, cents).map(([n, minor]) => claim(n, minor)) },
  { weight: 2, arbitrary: some.map(release) },
  {
    weight: 5,
    arbitrary: fc.tuple(some, cents, tender, fc.option(some)).map(([n, minor, by, collection]) =>
      applyPayment(n, minor, {
        tender: by,
        collectionId: collection === null ? null : collectionId(collection),
      }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(some, fc.option(cents), some)
      .map(([n, minor, reversal]) => reversePayment(n, minor, reversal)),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(some, fc.constantFrom(1, 16_749, 33_499)).map(
      ([n, minor]): InvoiceCommand => ({
        type: 'WriteOffDifference',
        ...{ at, applicationId: `app_${n}`, atMost: eur(minor), writtenOffBy: 'ada' },
      }),
    ),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(some, fc.option(cents), fc.option(cents), fc.constantFrom('fraudulent', null))
      .map(([n, minor, most, refundReason]) =>
        requestRefund(n, minor, {
          ...{ atMost: [most, null, most], refundReason },
          order: most === null ? 'pro_rata' : 'last_payment_first',
        }),
      ),
  },
  { weight: 2, arbitrary: fc.tuple(some, some).map(([n, of]) => partRefused(n, of)) },
  {
    weight: 2,
    arbitrary: fc.tuple(some, some, cents).map(([n, of, minor]) => partReturned(n, of, minor)),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(some, scope, fc.constantFrom<CreditReason>('returned', 'early_payment_discount'))
      .map(([n, of, reason]) => requestCreditNote(n, of, reason)),
  },
  { weight: 3, arbitrary: some.map((n) => recordCreditNote(n)) },
  { weight: 3, arbitrary: fc.tuple(some, some).map(([n, of]) => reverseCreditNote(n, of)) },
);

/** Lago's lines, one of them without tax and for as much as with it; tax falls due as they are paid. 334.99 as well. */
const taxedAsPaid: InvoiceContent = {
  ...lagoContent,
  lines: lagoContent.lines.map((each, at) => (at === 1 ? plainLine('81.99') : each)),
  taxPoint: 'payment',
};

/** A credit note that another one takes back. */
const creditTakenBack: readonly InvoiceCommand[] = [
  ...issue(),
  requestCreditNote(1, { by: 'lines', lines: [1] }, 'early_payment_discount'),
  recordCreditNote(1),
  reverseCreditNote(2, 1),
  recordCreditNote(2),
];

/** Commands as they may come, most often after an issue so that they do not all meet nothing. */
export const invoiceCommands: fc.Arbitrary<readonly InvoiceCommand[]> = fc
  .tuple(
    fc.constantFrom<readonly InvoiceCommand[]>(
      ...[issue(), issue(), issue(), issue(taxedAsPaid), creditTakenBack, [draftInvoice()], []],
    ),
    fc.array(invoiceCommand, { maxLength: 40 }),
  )
  .map(([first, rest]) => [...first, ...rest]);

export function foldInvoice(events: readonly InvoiceEvent[]): InvoiceState {
  return fold<InvoiceState, InvoiceEvent>(invoice, events);
}
