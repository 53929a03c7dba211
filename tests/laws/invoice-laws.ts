import { expect } from '@jest/globals';
import fc from 'fast-check';
import type { InvoiceEvent } from '../../src/domain/invoice/events.js';
import type { IssuedInvoice } from '../../src/domain/invoice/state.js';
import { isIssued } from '../../src/domain/invoice/state.js';
import { taxesIn } from '../../src/domain/invoice/tax-point.js';
import { money } from '../../src/domain/shared/money.js';
import type { InvoiceToPrice } from '../support/invoice-arbitraries.js';
import { foldInvoice, invoiceToPrice, linesWith, pricedOf } from '../support/invoice-arbitraries.js';
import { at, details, issuedOn, lagoContent, price } from '../support/invoice-examples.js';
import { example, law } from '../support/law.js';

const total = (amounts: readonly { readonly minor: bigint }[]) =>
  amounts.reduce((sum, { minor }) => sum + minor, 0n);

/** Issued, with tax that falls due as it is paid. */
function issuedAsPaid({ code: currency, content }: InvoiceToPrice): IssuedInvoice {
  const of = { ...details, currency };
  const priced = pricedOf({ code: currency, content });
  const [number, dueOn, billingIdentitySha256] = ['INV-1', issuedOn, null];
  const known = { ...content, taxPoint: 'payment' } as const;
  const events: readonly InvoiceEvent[] = [
    { type: 'InvoiceDrafted', at, ...of, content: known },
    { type: 'InvoiceFinalizationRequested', at, series: 'INV', seen: -1n, issuedOn, dueOn },
    {
      ...{ type: 'InvoiceFinalized', at, ...of, number, issuedOn, dueOn, billingIdentitySha256 },
      ...{ content: known, ...priced },
    },
  ];
  const state = foldInvoice(events);
  if (!isIssued(state)) throw new TypeError('an example is malformed');
  return state;
}

export const invoiceLaws = [
  law(
    'invoice-sums',
    'its lines - discounts + tax = total, exactly, for the whole and for every line',
    fc.property(invoiceToPrice, (given) => {
      const { content } = given;
      const priced = pricedOf(given);
      const inclusive = priced.taxes.filter(({ rate }) => rate.inclusive);
      const held = total(inclusive.map(({ amount }) => amount));
      expect(priced.net.minor).toBe(priced.gross.minor - priced.discount.minor - held);
      expect(priced.total.minor).toBe(priced.net.minor + priced.tax.minor);
      expect(priced.tax.minor).toBe(total(priced.taxes.map(({ amount }) => amount)));
      for (const [place, line] of priced.lines.entries()) {
        const off = line.lineDiscount.minor + line.invoiceDiscount.minor;
        const own = line.taxes.filter(({ rate }) => priced.taxes[rate - 1]?.rate.inclusive);
        expect(line.net.minor).toBe(line.gross.minor - off - total(own.map(({ amount }) => amount)));
        expect(line.total.minor).toBe(line.net.minor + line.tax.minor);
        expect(line.tax.minor).toBe(total(line.taxes.map(({ amount }) => amount)));
        expect(line.taxes).toHaveLength(content.lines[place]?.taxes.length ?? -1);
        for (const { minor } of [line.net, line.tax, ...line.taxes.map(({ amount }) => amount)]) {
          expect(minor >= 0n).toBe(true);
        }
      }
    }),
    300,
  ),
  law(
    'invoice-line-taxes',
    "the lines' taxes of a rate sum to the document's, and the remainder has an owner",
    fc.property(invoiceToPrice, (given) => {
      const { content } = given;
      const priced = pricedOf(given);
      for (const [place, tax] of priced.taxes.entries()) {
        const bearers = linesWith(content, tax.rate);
        const parts = priced.lines.flatMap((line, at) =>
          line.taxes.filter(({ rate }) => rate === place + 1).map(({ amount }) => [at + 1, amount] as const),
        );
        expect(parts.map(([number]) => number)).toEqual(bearers);
        expect(total(parts.map(([, amount]) => amount))).toBe(tax.amount.minor);
        for (const owner of tax.remainderTo) expect(bearers).toContain(owner);
      }
    }),
    300,
  ),
  law(
    'invoice-exclusive-rate',
    'an exclusive rate is applied once, to the net of all its lines, and rounded half up',
    fc.property(invoiceToPrice, (given) => {
      const priced = pricedOf(given);
      for (const { rate, taxable, amount } of priced.taxes.filter((tax) => !tax.rate.inclusive)) {
        const whole = 100n * 10n ** BigInt(rate.percentage.scale);
        const off = 2n * (amount.minor * whole - taxable.minor * rate.percentage.units);
        expect(off > -whole && off <= whole).toBe(true);
      }
    }),
    300,
  ),
  law(
    'invoice-tax-point',
    'tax that falls due with payments is that of the whole invoice, in whatever parts it is paid, deposit and balance or more',
    fc.property(
      invoiceToPrice,
      fc.array(fc.bigInt(0n, 10_000n), { minLength: 1, maxLength: 12 }),
      (given, shares) => {
        const { tax, total: whole } = pricedOf(given);
        const of = issuedAsPaid(given);
        let left = whole.minor;
        const parts = shares.map((share) => {
          const part = (left * share) / 10_000n;
          left -= part;
          return money(part, given.code);
        });
        const amounts = [...parts, money(left, given.code)];
        const taxes = taxesIn(of, amounts);
        expect(total(taxes)).toBe(tax.minor);
        for (const [place, { minor }] of taxes.entries()) {
          expect(minor >= 0n).toBe(true);
          // To within a unit of its share: the two ends of a part are rounded.
          const off = minor * whole.minor - tax.minor * (amounts[place]?.minor ?? 0n);
          expect(off <= whole.minor && off >= -whole.minor).toBe(true);
        }
      },
    ),
    300,
  ),
  example(
    "Lago's published case, 68.33, 68.33, 57.50 and 85.00 at 20 %, is 279.16 + 55.83 = 334.99, and the lines' taxes sum to 55.83",
    () => {
      const priced = price(lagoContent);
      expect([priced.net, priced.tax, priced.total].map(({ minor }) => minor)).toEqual([
        27_916n,
        5_583n,
        33_499n,
      ]);
      expect(priced.lines.map(({ tax }) => tax.minor)).toEqual([1_367n, 1_366n, 1_150n, 1_700n]);
      expect(priced.lines.map((one) => one.total.minor)).toEqual([8_200n, 8_199n, 6_900n, 10_200n]);
    },
  ),
];
