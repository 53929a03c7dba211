import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CreditedLine, CreditScope } from '../../../src/domain/invoice/credit-note.js';
import { creditLines } from '../../../src/domain/invoice/credit-note.js';
import type { PricedInvoice } from '../../../src/domain/invoice/price-invoice.js';
import { isZero, money } from '../../../src/domain/shared/money.js';
import { linesWith, pricedInvoice } from '../../support/invoice-arbitraries.js';
import { content, lagoContent, line, price, vat } from '../../support/invoice-examples.js';

const runs = { numRuns: 300 };
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

describe('laws of an invoice', () => {
  it('lines - discounts + tax = total, exactly, for the whole and for every line', () => {
    fc.assert(
      fc.property(pricedInvoice, ({ content, priced }) => {
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
      runs,
    );
  });

  it("the lines' taxes of a rate sum to the document's, and the remainder has an owner", () => {
    fc.assert(
      fc.property(pricedInvoice, ({ content, priced }) => {
        for (const [place, tax] of priced.taxes.entries()) {
          const bearers = linesWith(content, tax.rate);
          const parts = priced.lines.flatMap((line, at) =>
            line.taxes
              .filter(({ rate }) => rate === place + 1)
              .map(({ amount }) => [at + 1, amount] as const),
          );
          expect(parts.map(([number]) => number)).toEqual(bearers);
          expect(total(parts.map(([, amount]) => amount))).toBe(tax.amount.minor);
          for (const owner of tax.remainderTo) expect(bearers).toContain(owner);
        }
      }),
      runs,
    );
  });

  it('an exclusive rate is applied once, to the net of all its lines, and rounded half up', () => {
    fc.assert(
      fc.property(pricedInvoice, ({ priced }) => {
        for (const { rate, taxable, amount } of priced.taxes.filter((tax) => !tax.rate.inclusive)) {
          const whole = 100n * 10n ** BigInt(rate.percentage.scale);
          const off = 2n * (amount.minor * whole - taxable.minor * rate.percentage.units);
          expect(off > -whole && off <= whole).toBe(true);
        }
      }),
      runs,
    );
  });
});

describe('the reversal law', () => {
  it('crediting every line by itself, in any order, takes back exactly the invoice', () => {
    fc.assert(
      fc.property(
        pricedInvoice.chain((one) => {
          const numbers = one.priced.lines.flatMap((line, at) => (isZero(line.total) ? [] : [at + 1]));
          return fc.tuple(
            fc.constant(one),
            fc.shuffledSubarray(numbers, { minLength: numbers.length, maxLength: numbers.length }),
          );
        }),
        ([{ priced }, order]) => {
          const credited: CreditedLine[] = [];
          for (const line of order)
            credited.push(...credit(priced, credited, { by: 'lines', lines: [line] }));
          expect(sums(credited)).toEqual(expected(priced));
        },
      ),
      runs,
    );
  });

  it('crediting parts of any size, of lines or of the whole, in any order, takes back exactly the invoice', () => {
    const part = fc.record({
      ofLine: fc.option(fc.nat(), { freq: 2 }),
      share: fc.oneof(fc.constantFrom(1n, 2n, 5_000n, 10_000n), fc.bigInt(1n, 10_000n)),
    });
    fc.assert(
      fc.property(pricedInvoice, fc.array(part, { maxLength: 25 }), ({ priced }, parts) => {
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
      runs,
    );
  });

  it('one unit at a time, net and tax keep their proportion on the way', () => {
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
  });

  it("takes Lago's 334.99 back in four credit notes of a line each: 334.99, not 335.00", () => {
    const priced = price(lagoContent);
    const credited: CreditedLine[] = [];
    for (const line of [3, 1, 4, 2]) {
      credited.push(...credit(priced, credited, { by: 'lines', lines: [line] }));
    }
    expect(credited.map((one) => Number(one.total.minor))).toEqual([6_900, 8_200, 10_200, 8_199]);
    expect(sums(credited)).toEqual({ net: 27_916n, taxes: [[1, 5_583n]], total: 33_499n });
  });

  it('never takes back more than there is', () => {
    const priced = price(lagoContent);
    const eur = (minor: bigint) => money(minor, 'EUR');
    const first = credit(priced, [], { by: 'lines', lines: [1] });
    const refusal = (scope: CreditScope) => {
      const result = creditLines(priced, first, scope);
      return 'refusal' in result ? result.refusal : null;
    };
    expect(refusal({ by: 'lines', lines: [1] })).toEqual({
      code: 'credit_exceeds_invoice',
      line: 1,
      creditable: eur(0n),
    });
    expect(refusal({ by: 'total', amount: eur(33_499n - 8_200n + 1n) })).toMatchObject({
      code: 'credit_exceeds_invoice',
      line: null,
      creditable: eur(25_299n),
    });
    expect(refusal({ by: 'line_amounts', amounts: [{ line: 2, amount: eur(8_200n) }] })).toMatchObject({
      code: 'credit_exceeds_invoice',
      line: 2,
    });
    expect(refusal({ by: 'lines', lines: [2, 2] })).toEqual({ code: 'line_given_twice', line: 2 });
    expect(refusal({ by: 'lines', lines: [5] })).toEqual({ code: 'line_not_found', line: 5 });
    expect(refusal({ by: 'total', amount: eur(0n) })).toEqual({ code: 'amount_not_positive' });
    expect(refusal({ by: 'total', amount: money(1n, 'USD') })).toMatchObject({ code: 'currency_mismatch' });
  });
});
