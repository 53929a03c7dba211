import { expect } from '@jest/globals';
import fc from 'fast-check';
import type { CreditedLine, CreditScope } from '../../src/domain/invoice/credit-note.js';
import { creditLines } from '../../src/domain/invoice/credit-note.js';
import type { PricedInvoice } from '../../src/domain/invoice/price-invoice.js';
import { isZero, money } from '../../src/domain/shared/money.js';
import { invoiceToPrice, pricedOf } from '../support/invoice-arbitraries.js';
import { content, lagoContent, line, price, vat } from '../support/invoice-examples.js';
import { example, law } from '../support/law.js';

const total = (amounts: readonly { readonly minor: bigint }[]) =>
  amounts.reduce((sum, { minor }) => sum + minor, 0n);

function credit(priced: PricedInvoice, earlier: readonly CreditedLine[], scope: CreditScope) {
  const result = creditLines(priced, earlier, scope);
  if ('refusal' in result) throw new Error(`refused: ${result.refusal.code}`);
  return result.lines;
}

/** Net, tax by rate and total of everything that was credited. */
function sums(credited: readonly CreditedLine[]) {
  const taxes = new Map<number, bigint>();
  for (const { rate, amount } of credited.flatMap((line) => line.taxes)) {
    taxes.set(rate, (taxes.get(rate) ?? 0n) + amount.minor);
  }
  return {
    net: total(credited.map(({ net }) => net)),
    taxes: [...taxes].filter(([, amount]) => amount > 0n).toSorted(([a], [b]) => a - b),
    total: total(credited.map((line) => line.total)),
  };
}

function expected(priced: PricedInvoice) {
  const taxes = priced.taxes.map(({ amount }, place) => [place + 1, amount.minor] as const);
  return {
    net: priced.net.minor,
    taxes: taxes.filter(([, amount]) => amount > 0n),
    total: priced.total.minor,
  };
}

/** Places of lines; an invoice that is drawn has twelve at most. */
const places = Array.from({ length: 12 }, (_, at) => at + 1);
const part = fc.record({
  ofLine: fc.option(fc.nat(), { freq: 2 }),
  share: fc.oneof(fc.constantFrom(1n, 2n, 5_000n, 10_000n), fc.bigInt(1n, 10_000n)),
});

export const reversalLaws = [
  law(
    'reversal-of-lines',
    'crediting every line by itself, in any order, takes back exactly the invoice',
    fc.property(
      invoiceToPrice,
      fc.shuffledSubarray(places, { minLength: places.length, maxLength: places.length }),
      (given, order) => {
        const priced = pricedOf(given);
        const bearing = order.filter((line) => {
          const own = priced.lines[line - 1];
          return own !== undefined && !isZero(own.total);
        });
        const credited: CreditedLine[] = [];
        for (const line of bearing)
          credited.push(...credit(priced, credited, { by: 'lines', lines: [line] }));
        expect(sums(credited)).toEqual(expected(priced));
      },
    ),
    300,
  ),
  law(
    'reversal-of-parts',
    'crediting parts of any size, of lines or of the whole, in any order, takes back exactly the invoice',
    fc.property(invoiceToPrice, fc.array(part, { maxLength: 25 }), (given, parts) => {
      const priced = pricedOf(given);
      const { currency } = priced.total;
      const credited: CreditedLine[] = [];
      for (const { ofLine, share } of parts) {
        const line = ofLine === null ? null : (ofLine % priced.lines.length) + 1;
        const done = total(
          credited.filter((one) => line === null || one.line === line).map((one) => one.total),
        );
        const whole = (line === null ? priced : priced.lines[line - 1])?.total.minor ?? 0n;
        const minor = ((whole - done) * share + 9_999n) / 10_000n;
        if (minor === 0n) continue;
        const amount = money(minor, currency);
        const scope: CreditScope =
          line === null ? { by: 'total', amount } : { by: 'line_amounts', amounts: [{ line, amount }] };
        const taken = credit(priced, credited, scope);
        expect(total(taken.map((one) => one.total))).toBe(minor);
        for (const one of taken) {
          expect(one.net.minor + one.tax.minor).toBe(one.total.minor);
          for (const { minor: piece } of [one.net, ...one.taxes.map((tax) => tax.amount)]) {
            expect(piece >= 0n).toBe(true);
          }
        }
        credited.push(...taken);
      }
      credited.push(...credit(priced, credited, { by: 'everything' }));
      expect(sums(credited)).toEqual(expected(priced));
    }),
    300,
  ),
  example('one unit at a time, net and tax keep their proportion on the way', () => {
    const priced = price(content([line('6.83', { taxes: [vat('20')] })]));
    const credited: CreditedLine[] = [];
    for (let at = 1n; at <= 820n; at += 1n) {
      const amounts = [{ line: 1, amount: money(1n, 'EUR') }];
      credited.push(...credit(priced, credited, { by: 'line_amounts', amounts }));
      const tax = total(credited.map((one) => one.tax));
      const off = 2n * (tax * 820n - at * 137n);
      expect(off >= -820n && off <= 820n).toBe(true);
    }
    expect(sums(credited)).toEqual({ net: 683n, taxes: [[1, 137n]], total: 820n });
  }),
  example("Lago's 334.99 is taken back in four credit notes of a line each: 334.99, not 335.00", () => {
    const priced = price(lagoContent);
    const credited: CreditedLine[] = [];
    for (const line of [3, 1, 4, 2]) {
      credited.push(...credit(priced, credited, { by: 'lines', lines: [line] }));
    }
    expect(credited.map((one) => Number(one.total.minor))).toEqual([6_900, 8_200, 10_200, 8_199]);
    expect(sums(credited)).toEqual({ net: 27_916n, taxes: [[1, 5_583n]], total: 33_499n });
  }),
];
