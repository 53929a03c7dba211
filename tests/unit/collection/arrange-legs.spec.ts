import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { WantedTender } from '../../../src/domain/collection/arrange-legs.js';
import { arrangeLegs } from '../../../src/domain/collection/arrange-legs.js';
import { money, sum } from '../../../src/domain/shared/money.js';
import { cardLeg, creditLeg } from '../../support/collection-examples.js';
import { holds } from '../../support/corpus.js';
import { usd } from '../../support/payment-examples.js';

const credit = (amount: number | null, available: number): WantedTender => ({
  tender: creditLeg(1, 1).tender,
  amount: amount === null ? null : usd(amount),
  available: usd(available),
  step: 1n,
});
const card = (amount: number | null): WantedTender => ({
  tender: cardLeg(2, 1).tender,
  amount: amount === null ? null : usd(amount),
  available: null,
  step: 1n,
});
const amountsOf = (result: ReturnType<typeof arrangeLegs>) =>
  result.outcome === 'arranged' ? result.legs.map(({ amount }) => Number(amount.minor)) : result.outcome;

describe('sharing an amount out over tenders', () => {
  it('takes as much credit as there is, and the rest from the card', () => {
    expect(amountsOf(arrangeLegs(usd(5000), [credit(null, 1200), card(null)], 'all_or_nothing'))).toEqual([
      1200, 3800,
    ]);
    expect(amountsOf(arrangeLegs(usd(5000), [credit(null, 9000), card(null)], 'all_or_nothing'))).toEqual([
      5000,
    ]);
    expect(amountsOf(arrangeLegs(usd(5000), [credit(null, 0), card(null)], 'all_or_nothing'))).toEqual([
      5000,
    ]);
  });

  it('keeps to the amounts that were asked for', () => {
    expect(amountsOf(arrangeLegs(usd(5000), [credit(1000, 9000), card(4000)], 'all_or_nothing'))).toEqual([
      1000, 4000,
    ]);
    expect(arrangeLegs(usd(5000), [credit(1000, 9000), card(4001)], 'accumulate')).toEqual({
      outcome: 'tenders_exceed_amount',
      excess: usd(1),
    });
  });

  it('covers all of it, unless what there is may accumulate', () => {
    expect(arrangeLegs(usd(5000), [credit(null, 1200)], 'all_or_nothing')).toEqual({
      outcome: 'tenders_do_not_cover_amount',
      missing: usd(3800),
    });
    expect(arrangeLegs(usd(5000), [credit(null, 1200)], 'accumulate')).toMatchObject({ amount: usd(1200) });
    expect(arrangeLegs(usd(5000), [credit(null, 0)], 'accumulate')).toEqual({
      outcome: 'tenders_do_not_cover_amount',
      missing: usd(5000),
    });
  });

  it('never lets two currencies meet', () => {
    const euros = { ...card(null), amount: money(1n, 'EUR') };
    expect(arrangeLegs(usd(5000), [euros], 'accumulate')).toEqual({
      outcome: 'currency_mismatch',
      expected: 'USD',
    });
  });

  it('takes less credit where a card could not carry what it would leave, and all of it where that is no help', () => {
    const kwd = (minor: number) => money(BigInt(minor), 'KWD');
    const [bonus, visa] = [credit(null, 0), card(null)];
    const legs = (amount: number, available: number) =>
      amountsOf(
        arrangeLegs(
          kwd(amount),
          [
            { ...bonus, available: kwd(available) },
            { ...visa, step: 10n },
          ],
          'all_or_nothing',
        ),
      );
    expect(legs(3330, 1234)).toEqual([1230, 2100]);
    expect(legs(3331, 1234)).toEqual([1231, 2100]);
    expect(legs(3330, 4)).toEqual([3330]);
    expect(legs(3330, 3330)).toEqual([3330]);
    // The provider refuses the second, and says why.
    expect(legs(3334, 2)).toEqual([2, 3332]);
  });

  it('sums to what is collected, exactly', () => {
    const tender = fc.record({
      tender: fc.constant(cardLeg(1, 1).tender),
      amount: fc.option(fc.integer({ min: 1, max: 1000 }).map(usd)),
      available: fc.option(fc.integer({ min: -5, max: 2000 }).map(usd)),
      step: fc.constantFrom(1n, 10n),
    });
    holds(
      'collection-legs',
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.array(tender, { maxLength: 6 }), (amount, wanted) => {
        const result = arrangeLegs(usd(amount), wanted, 'accumulate');
        if (result.outcome !== 'arranged') return;
        const total = sum(
          'USD',
          result.legs.map((leg) => leg.amount),
        );
        expect(total).toEqual(result.amount);
        expect(total.minor <= BigInt(amount)).toBe(true);
        expect(result.legs.every((leg) => leg.amount.minor > 0n)).toBe(true);
      }),
    );
  });
});
