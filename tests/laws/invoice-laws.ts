import { expect } from '@jest/globals';
import fc from 'fast-check';
import { invoiceToPrice, linesWith, pricedOf } from '../support/invoice-arbitraries.js';
import { lagoContent, price } from '../support/invoice-examples.js';
import { example, law } from '../support/law.js';

const total = (amounts: readonly { readonly minor: bigint }[]) =>
  amounts.reduce((sum, { minor }) => sum + minor, 0n);

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
