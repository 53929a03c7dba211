import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Zone } from '../../../src/application/shared/zones.js';
import { civilDateIn, parseZone, startOfDate } from '../../../src/application/shared/zones.js';
import { parseCivilDate } from '../../../src/domain/shared/civil-date.js';
import { parseInstant } from '../../../src/domain/shared/instant.js';

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the example is malformed');
  return value;
}
const zone = (name: string): Zone => known(parseZone(name));
const start = (name: string, date: string) => startOfDate(zone(name), known(parseCivilDate(date)));
const shown = (name: string, instant: string) => civilDateIn(zone(name), known(parseInstant(instant)));

describe('a zone', () => {
  it.each(['UTC', 'Europe/Paris', 'america/st_johns', 'Etc/GMT+5', 'America/Argentina/Buenos_Aires'])(
    'can be %s',
    (name) => expect(parseZone(name)).toBe(name),
  );

  it.each(['', 'Mars/Olympus', '+05:30', 'Europe/Paris\u0000', '../etc/passwd', 'A'.repeat(10_000)])(
    'is not %j',
    (name) => expect(parseZone(name)).toBeUndefined(),
  );
});

describe('the calendar on the wall', () => {
  it('shows another day here and there at one instant', () => {
    const instant = '2026-11-01T10:30:00.000Z';
    expect(shown('UTC', instant)).toBe('2026-11-01');
    expect(shown('Pacific/Kiritimati', instant)).toBe('2026-11-02');
    expect(shown('Pacific/Niue', '2026-11-01T10:59:59.999Z')).toBe('2026-10-31');
    expect(shown('America/St_Johns', '2026-11-01T02:29:59.999Z')).toBe('2026-10-31');
    expect(shown('America/St_Johns', '2026-11-01T02:30:00.000Z')).toBe('2026-11-01');
  });

  it.each([
    ['an ordinary day', 'Europe/Paris', '2026-11-25', '2026-11-24T23:00:00.000Z'],
    ['the day on which clocks go forward at two', 'Europe/Paris', '2026-03-29', '2026-03-28T23:00:00.000Z'],
    ['the day after it', 'Europe/Paris', '2026-03-30', '2026-03-29T22:00:00.000Z'],
    ['the furthest ahead', 'Pacific/Kiritimati', '2026-01-01', '2025-12-31T10:00:00.000Z'],
    ['half hours', 'America/St_Johns', '2026-07-01', '2026-07-01T02:30:00.000Z'],
    ['clocks that skip midnight', 'America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00.000Z'],
    ['clocks that go back over midnight', 'America/St_Johns', '2010-11-07', '2010-11-07T02:30:00.000Z'],
    ['a day that a place skipped', 'Pacific/Apia', '2011-12-30', '2011-12-30T10:00:00.000Z'],
    ['the day after the skipped one', 'Pacific/Apia', '2011-12-31', '2011-12-30T10:00:00.000Z'],
  ])('begins a day at its first instant: %s', (_what, name, date, instant) => {
    expect(start(name, date)).toBe(instant);
  });

  it('shows a day from its start on, and the day before until then', () => {
    const names = ['UTC', 'Pacific/Kiritimati', 'America/St_Johns', 'Africa/Cairo', 'Asia/Kathmandu'];
    const days = fc
      .integer({ min: Date.parse('2000-01-01') / 86_400_000, max: Date.parse('2050-01-01') / 86_400_000 })
      .map((day) => known(parseCivilDate(new Date(day * 86_400_000).toISOString().slice(0, 10))));
    fc.assert(
      fc.property(fc.constantFrom(...names), days, (name, day) => {
        const instant = startOfDate(zone(name), day);
        const justBefore = known(parseInstant(new Date(Date.parse(instant) - 1).toISOString()));
        expect(civilDateIn(zone(name), instant)).toBe(day);
        expect(civilDateIn(zone(name), justBefore) < day).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('does not ask in which zone this program runs', () => {
    const built = fileURLToPath(new URL('../../../dist/parts/zones.js', import.meta.url));
    const program = `
      import { civilDateIn, parseZone, startOfDate } from ${JSON.stringify(built)};
      const rows = [];
      for (const name of ['UTC', 'Pacific/Kiritimati', 'America/St_Johns']) {
        for (let hour = 0; hour < 24 * 400; hour += 7) {
          const instant = new Date(Date.parse('2026-01-01T00:00:00Z') + hour * 3600000).toISOString();
          const date = civilDateIn(parseZone(name), instant);
          rows.push([instant, date, startOfDate(parseZone(name), date)]);
        }
      }
      console.log(JSON.stringify([process.env.TZ, new Date(0).getTimezoneOffset(), rows]));`;
    const under = (TZ: string): readonly [string, number, unknown] =>
      JSON.parse(
        execFileSync(process.execPath, ['--input-type=module', '-e', program], {
          encoding: 'utf8',
          env: { ...process.env, TZ, NODE_OPTIONS: '' },
        }),
      );
    const runs = ['UTC', 'Pacific/Kiritimati', 'America/St_Johns'].map(under);
    expect(new Set(runs.map(([, offset]) => offset)).size).toBe(3);
    for (const [, , rows] of runs) expect(rows).toEqual(runs[0]?.[2]);
  });
});
