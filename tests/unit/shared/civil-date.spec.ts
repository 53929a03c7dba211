import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CivilDate } from '../../../src/domain/shared/civil-date.js';
import {
  addDays,
  addMonths,
  compareDates,
  daysBetween,
  endOfMonth,
  nextBusinessDay,
  parseCivilDate,
  weekdayOf,
} from '../../../src/domain/shared/civil-date.js';
import { holds } from '../../support/corpus.js';

function date(text: string): CivilDate {
  const parsed = parseCivilDate(text);
  if (parsed === undefined) throw new Error(`${text} is no date`);
  return parsed;
}

const dayMs = 86_400_000;
/** The platform's own calendar, as a witness. */
const fromMs = (ms: number): CivilDate => date(new Date(ms).toISOString().slice(0, 10));
const toMs = (day: CivilDate): number => Date.parse(`${day}T00:00:00.000Z`);
const [first, last] = [toMs(date('0001-01-01')) / dayMs, toMs(date('9999-12-31')) / dayMs];
const dates = fc.integer({ min: first, max: last }).map((day) => fromMs(day * dayMs));
const today = fc
  .integer({ min: toMs(date('1990-01-01')) / dayMs, max: toMs(date('2100-12-31')) / dayMs })
  .map((day) => fromMs(day * dayMs));

describe('a civil date', () => {
  it.each(['2027-02-29', '1900-02-29', '2026-04-31', '2026-13-01', '2026-00-10', '2026-01-00', '0000-01-01'])(
    'is not %s, which no calendar has',
    (text) => expect(parseCivilDate(text)).toBeUndefined(),
  );

  it.each(['2026-1-1', '2026-01-01T00:00:00Z', ' 2026-01-01', '20260101', '+02026-01-01', '', '٢٠٢٦-٠١-٠١'])(
    'is not written as %j',
    (text) => expect(parseCivilDate(text)).toBeUndefined(),
  );

  it.each(['2028-02-29', '2000-02-29', '0001-01-01', '9999-12-31'])('can be %s', (text) => {
    expect(parseCivilDate(text)).toBe(text);
  });

  it('counts days as the platform does, for all the years there are', () => {
    holds(
      'date-days',
      fc.property(dates, dates, (a, b) => {
        const days = (toMs(b) - toMs(a)) / dayMs;
        expect(daysBetween(a, b)).toBe(days);
        expect(addDays(a, days)).toBe(b);
        expect(compareDates(a, b)).toBe(Math.sign(-days) + 0);
        expect(weekdayOf(a)).toBe(new Date(toMs(a)).getUTCDay() || 7);
      }),
      { numRuns: 2_000 },
    );
  });

  it('stays within the calendar', () => {
    expect(() => addDays(date('9999-12-31'), 1)).toThrow(RangeError);
    expect(() => addDays(date('0001-01-01'), -1)).toThrow(RangeError);
    expect(() => addMonths(date('9999-12-01'), 1)).toThrow(RangeError);
    expect(() => addDays(date('2026-01-01'), 0.5)).toThrow(RangeError);
  });

  it('keeps the day of its anchor for months, and the last day where a month has no such day', () => {
    const months = [0, 1, 2, 3, 12, 13, 25, -1];
    expect(months.map((count) => addMonths(date('2026-01-31'), count))).toEqual([
      '2026-01-31',
      '2026-02-28',
      '2026-03-31',
      '2026-04-30',
      '2027-01-31',
      '2027-02-28',
      '2028-02-29',
      '2025-12-31',
    ]);
  });

  it('never drifts: the k-th month has the day of the anchor or its own last day', () => {
    holds(
      'date-months',
      fc.property(today, fc.integer({ min: 0, max: 1_200 }), (anchor, count) => {
        const reached = addMonths(anchor, count);
        const wanted = Number(anchor.slice(8));
        expect(Number(reached.slice(8))).toBe(Math.min(wanted, Number(endOfMonth(reached).slice(8))));
        expect(
          Number(reached.slice(0, 4)) * 12 +
            Number(reached.slice(5, 7)) -
            Number(anchor.slice(0, 4)) * 12 -
            Number(anchor.slice(5, 7)),
        ).toBe(count);
        expect(addMonths(anchor, count + 1) > reached).toBe(true);
      }),
    );
  });

  it('rolls a weekend to the Monday after it and leaves every other day', () => {
    expect(nextBusinessDay(date('2026-11-27'))).toBe('2026-11-27');
    expect(nextBusinessDay(date('2026-11-28'))).toBe('2026-11-30');
    expect(nextBusinessDay(date('2026-11-29'))).toBe('2026-11-30');
    expect(endOfMonth(date('2028-02-01'))).toBe('2028-02-29');
  });
});
