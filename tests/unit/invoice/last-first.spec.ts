import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Returnable } from '../../../src/domain/invoice/last-first.js';
import { inProportion, lastFirst } from '../../../src/domain/invoice/last-first.js';
import { money } from '../../../src/domain/shared/money.js';
import { holds } from '../../support/corpus.js';
import { usd } from '../../support/payment-examples.js';

const paid = (of: string, left: number, given: number | null = null): Returnable<string> => ({
  of,
  left: usd(left),
  given: given === null ? null : usd(given),
});
const shared = (applied: readonly Returnable<string>[], wanted: number) =>
  lastFirst(applied, usd(wanted)).map(({ of, amount }) => [of, Number(amount.minor)]);

describe('giving an amount back to the payments it came from', () => {
  const applied = [paid('credit', 1200), paid('card', 3800), paid('cheque', 500)];

  it.each([
    ['a part of the last', 300, [['cheque', 300]]],
    [
      'more than the last',
      501,
      [
        ['cheque', 500],
        ['card', 1],
      ],
    ],
    [
      'as much as the last two',
      4300,
      [
        ['cheque', 500],
        ['card', 3800],
      ],
    ],
    [
      'all',
      5500,
      [
        ['cheque', 500],
        ['card', 3800],
        ['credit', 1200],
      ],
    ],
  ])('takes %s, the last first', (_name, wanted, parts) => {
    expect(shared(applied, wanted)).toEqual(parts);
  });

  it('passes by what has nothing left', () => {
    expect(shared([paid('credit', 1200), paid('card', 0)], 1000)).toEqual([['credit', 1000]]);
  });

  it('shares out the same again after some of it was given, whatever is left there', () => {
    const half = [paid('credit', 1200), paid('card', 0, 3800), paid('cheque', 0, 500)];
    expect(shared(half, 4500)).toEqual([
      ['cheque', 500],
      ['card', 3800],
      ['credit', 200],
    ]);
  });

  it('sums to the amount, the last first, and no part is above its application', () => {
    const lefts = fc.array(fc.integer({ min: 0, max: 9999 }), { minLength: 1, maxLength: 6 });
    holds(
      'refund-last-first',
      fc.property(lefts, fc.double({ min: 0, max: 1, noNaN: true }), (amounts, share) => {
        const total = amounts.reduce((sum, one) => sum + one, 0);
        const wanted = Math.floor(total * share);
        const sources = amounts.map((left, index) => ({ of: index, left: usd(left), given: null }));
        const parts = lastFirst(sources, usd(wanted)).map(({ of, amount }) => ({
          of,
          minor: Number(amount.minor),
        }));
        expect(parts.reduce((sum, { minor }) => sum + minor, 0)).toBe(wanted);
        // Whatever was applied after the first one that gave has given all that it had.
        const reached = parts.at(-1)?.of ?? amounts.length;
        for (const [index, left] of amounts.entries()) {
          const minor = parts.find(({ of }) => of === index)?.minor ?? 0;
          expect(minor).toBeLessThanOrEqual(left);
          if (index > reached) expect(minor).toBe(left);
          if (index < reached) expect(minor).toBe(0);
        }
        expect(parts.map(({ of }) => of)).toEqual(parts.map(({ of }) => of).toSorted((a, b) => b - a));
      }),
      { numRuns: 100 },
    );
  });
});

describe('giving an amount back in proportion', () => {
  const anyAmount = <T>(one: T) => ({ ...one, step: 1n });
  it('takes the same share of each, and names the last one first', () => {
    const applied = [paid('deposit', 3000), paid('second', 3000), paid('third', 3001)].map(anyAmount);
    expect(inProportion(applied, usd(4500)).map(({ of, amount }) => [of, Number(amount.minor)])).toEqual([
      ['third', 1500],
      ['second', 1500],
      ['deposit', 1500],
    ]);
    expect(inProportion([paid('deposit', 0), paid('second', 700)].map(anyAmount), usd(1))).toEqual([
      { of: 'second', amount: usd(1) },
    ]);
  });

  it('sums to the amount, none above what is left, each its share to within a unit', () => {
    const lefts = fc.array(fc.bigInt(0n, 10n ** 12n), { minLength: 1, maxLength: 8 });
    holds(
      'refund-in-proportion',
      fc.property(lefts, fc.bigInt(1n, 10_000n), (amounts, share) => {
        const total = amounts.reduce((sum, one) => sum + one, 0n);
        const wanted = (total * share) / 10_000n;
        const sources = amounts.map((left, of) => ({ of, left: usd(left), step: 1n }));
        const parts = inProportion(sources, usd(wanted));
        expect(parts.reduce((sum, { amount }) => sum + amount.minor, 0n)).toBe(wanted);
        for (const { of, amount } of parts) {
          const left = amounts[of] ?? 0n;
          expect(amount.minor <= left && amount.minor > 0n).toBe(true);
          const off = amount.minor * total - left * wanted;
          expect(off < total && off > -total).toBe(true);
        }
      }),
    );
  });

  it('gives cards whole steps, and what is less than one to a tender that can give back any amount', () => {
    const kwd = (minor: bigint) => money(minor, 'KWD');
    const card = (of: string, left: bigint) => ({ of, left: kwd(left), step: 10n });
    const three = [card('first', 3340n), card('second', 3330n), card('third', 3330n)];
    const shared = (sources: typeof three, wanted: bigint) =>
      inProportion(sources, kwd(wanted)).map(({ of, amount }) => [of, Number(amount.minor)]);
    expect(shared(three, 1000n)).toEqual([
      ['third', 330],
      ['second', 330],
      ['first', 340],
    ]);
    expect(shared([...three, { of: 'credit', left: kwd(5000n), step: 1n }], 1005n)).toEqual([
      ['credit', 335],
      ['third', 220],
      ['second', 220],
      ['first', 230],
    ]);
  });

  it('sums to the amount where cards give back whole steps, none above what is left', () => {
    const source = fc.tuple(fc.bigInt(0n, 10n ** 9n), fc.boolean());
    holds(
      'refund-in-proportion-of-steps',
      fc.property(
        fc.array(source, { minLength: 1, maxLength: 8 }),
        fc.bigInt(1n, 10_000n),
        (drawn, share) => {
          const sources = drawn.map(([left, byCard], of) => ({
            of,
            left: money(byCard ? left - (left % 10n) : left, 'KWD'),
            step: byCard ? 10n : 1n,
          }));
          const total = sources.reduce((sum, { left }) => sum + left.minor, 0n);
          const wanted = (total * share) / 10_000n;
          const parts = inProportion(sources, money(wanted, 'KWD'));
          expect(parts.reduce((sum, { amount }) => sum + amount.minor, 0n)).toBe(wanted);
          const uneven = parts.filter(({ of, amount }) => amount.minor % (sources[of]?.step ?? 1n) !== 0n);
          // Only where no other tender can take what is less than a step.
          const others = sources.filter(({ step }) => step === 1n);
          const room = others.reduce((sum, { left }) => sum + left.minor, 0n);
          const given = parts.filter(({ of }) => sources[of]?.step === 1n);
          const full = given.reduce((sum, { amount }) => sum + amount.minor, 0n) === room;
          expect(uneven.length === 0 || (uneven.length === 1 && full)).toBe(true);
          for (const { of, amount } of parts)
            expect(amount.minor <= (sources[of]?.left.minor ?? 0n)).toBe(true);
        },
      ),
    );
  });
});
