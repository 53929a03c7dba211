import { describe, expect, it } from '@jest/globals';
import type { OverviewHour } from '../../../src/application/ports/overview-queries.js';
import { parseInstant } from '../../../src/domain/shared/instant.js';
import type { Chart } from '../../../src/interfaces/http/pages/admin/overview-charts.js';
import { chartsOf } from '../../../src/interfaces/http/pages/admin/overview-charts.js';
import { required } from '../../support/payment-examples.js';

const instant = (text: string) => required(parseInstant(text));
const since = instant('2026-03-01T10:20:00.000Z');
const now = instant('2026-03-02T10:20:00.000Z');
const hourOf = (time: string, succeeded: number, failed: number, minor: bigint): OverviewHour => ({
  ...{ at: instant(`2026-03-01T${time}:00:00.000Z`), succeeded, failed },
  captured: [{ currency: 'USD', minor }],
});
const hours = [hourOf('10', 1, 0, 100n), hourOf('12', 46, 4, 400n), hourOf('13', 1, 1, 1n)];
const volume = [{ currency: 'USD', minor: 501n, payments: 48 }];

describe('The charts of the overview', () => {
  const seen = (chart: Chart | undefined) => (chart?.bars ?? []).filter(({ height }) => height > 0);
  const [success, taken] = chartsOf({ hours, volume }, since, now, 9_000);

  it('have a place for every hour of the day, and a bar where something happened', () => {
    expect(success?.rows).toHaveLength(25);
    expect([success?.bars.length, taken?.bars.length]).toEqual([25, 25]);
    expect(seen(success).map(({ at, value, kind }) => [at.slice(11, 13), value, kind])).toEqual([
      ['10', '100.00 %, 1 of 1', 'good'],
      ['12', '92.00 %, 46 of 50', 'promised'],
      ['13', '50.00 %, 1 of 2', 'look'],
    ]);
    expect(success?.said).toBe('A bar for each of 3 hours in which payments ended; 1 of them below 90 %.');
    const step = 360 / 25;
    expect(seen(taken).map(({ x }) => x)).toEqual([0, 2 * step, 3 * step].map((x) => Number(x.toFixed(2))));
  });

  it('are as high as their value, and what there is is seen however little it is', () => {
    const [first, highest, least] = seen(taken);
    expect((highest?.height ?? 0) / (first?.height ?? 1)).toBeCloseTo(4, 1);
    expect(least?.height).toBeGreaterThanOrEqual(1);
    for (const { y, height } of taken?.bars ?? []) expect(y + height).toBeCloseTo(taken?.floor ?? 0, 1);
    expect([taken?.lines, taken?.top]).toEqual([[highest?.y], '4.00 USD']);
  });

  it('say the same in their tables, newest first', () => {
    expect(taken?.rows.at(-1)).toEqual([
      { kind: 'time', at: '2026-03-01T10:00:00.000Z' },
      { kind: 'money', minor: 100n, currency: 'USD' },
    ]);
    expect(taken?.rows[0]?.[1]).toEqual({ kind: 'money', minor: 0n, currency: 'USD' });
    expect(success?.rows.at(-3)?.slice(1)).toEqual([
      { kind: 'count', count: 46 },
      { kind: 'count', count: 4 },
      { kind: 'text', text: '92.00 %' },
    ]);
  });

  it('are held against what opens an alert, whatever somebody has set that to', () => {
    const [other] = chartsOf({ hours, volume }, since, now, 9_300);
    expect(seen(other).map(({ kind }) => kind)).toEqual(['good', 'look', 'look']);
    expect(other?.said).toContain('2 of them below 93 %.');
    expect(other?.top).toBe('100 %, and 93 % below it');
    const heights = other?.lines.map((line) => (other.floor - line) / (other.floor - (other.lines[0] ?? 0)));
    expect(heights?.[1]).toBeCloseTo(0.93, 3);
  });

  it('say that there was nothing, where there was nothing', () => {
    const [none, ...others] = chartsOf({ hours: [], volume: [] }, since, now, 9_000);
    expect([none?.said, seen(none), others]).toEqual(['No payment has ended.', [], []]);
  });
});
