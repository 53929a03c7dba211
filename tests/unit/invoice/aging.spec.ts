import { describe, expect, it } from '@jest/globals';
import { agingOf, bucketOf } from '../../../src/domain/invoice/aging.js';
import { addDays } from '../../../src/domain/shared/civil-date.js';
import { money } from '../../../src/domain/shared/money.js';
import { eur, issuedOn } from '../../support/invoice-examples.js';

describe('the age of what is due', () => {
  it.each([
    [-1, 'current'],
    [0, 'current'],
    [1, 'days_1_30'],
    [30, 'days_1_30'],
    [31, 'days_31_60'],
    [60, 'days_31_60'],
    [61, 'days_61_90'],
    [90, 'days_61_90'],
    [91, 'days_over_90'],
    [4_000, 'days_over_90'],
  ])('%s days after the due date is %s', (days, bucket) => {
    expect(bucketOf(issuedOn, addDays(issuedOn, days))).toBe(bucket);
  });

  it('is added up by currency, and what is overdue apart from what is not', () => {
    const due = [
      { dueOn: addDays(issuedOn, 5), amount: eur(100) },
      { dueOn: addDays(issuedOn, -5), amount: eur(20) },
      { dueOn: addDays(issuedOn, -6), amount: eur(3) },
      { dueOn: addDays(issuedOn, -400), amount: money(7n, 'JPY') },
    ];
    const [inEur, inJpy] = agingOf(due, issuedOn);
    expect(inEur).toMatchObject({ currency: 'EUR', overdue: eur(23), total: eur(123) });
    expect(inEur?.buckets.days_1_30).toEqual(eur(23));
    expect(inJpy).toMatchObject({ currency: 'JPY', total: money(7n, 'JPY') });
    expect(inJpy?.buckets.days_over_90).toEqual(money(7n, 'JPY'));
    expect(agingOf([], issuedOn)).toEqual([]);
  });
});
