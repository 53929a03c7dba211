import { describe, expect, it } from '@jest/globals';
import { latestDay, latestWeek } from '../../../src/application/notification/digest-periods.js';
import { exampleFacts } from '../../../src/application/notification/example-facts.js';
import { englishWords, ownWords } from '../../../src/application/notification/words-of-notices.js';
import { plainText, writeNotice } from '../../../src/application/notification/write-notice.js';
import { knownZone } from '../../../src/application/shared/zones.js';
import { parseInstant } from '../../../src/domain/shared/instant.js';
import { renderMailHtml } from '../../../src/infrastructure/notification/mail-html.js';
import { required } from '../../support/payment-examples.js';

const at = (text: string) => required(parseInstant(text));
const day = (zone: string, now: string, hour = 6) => latestDay(knownZone(zone), at(now), hour);
const week = (zone: string, now: string, hour = 6) => latestWeek(knownZone(zone), at(now), hour);
const hours = ({ from, to }: { from: string; to: string }) => (Date.parse(to) - Date.parse(from)) / 3_600_000;

describe('the day that a digest tells of', () => {
  it('is yesterday there from the hour on, and the day before until then', () => {
    expect(day('Europe/Berlin', '2026-11-25T04:59:59.999Z')).toMatchObject({ first: '2026-11-23' });
    expect(day('Europe/Berlin', '2026-11-25T05:00:00.000Z')).toEqual({
      ...{ first: '2026-11-24', last: '2026-11-24' },
      ...{ from: '2026-11-23T23:00:00.000Z', to: '2026-11-24T23:00:00.000Z' },
    });
    expect(day('Pacific/Kiritimati', '2026-11-24T16:00:00.000Z')).toMatchObject({ first: '2026-11-24' });
    expect(day('America/Los_Angeles', '2026-11-25T04:00:00.000Z')).toMatchObject({ first: '2026-11-23' });
  });

  it('has 23 or 25 hours where clocks changed, and meets the next one', () => {
    const spring = day('Europe/Berlin', '2026-03-30T06:00:00.000Z');
    const autumn = day('Europe/Berlin', '2026-10-26T06:00:00.000Z');
    expect([spring.first, hours(spring), autumn.first, hours(autumn)]).toEqual([
      ...['2026-03-29', 23, '2026-10-25', 25],
    ]);
    expect(day('Europe/Berlin', '2026-10-27T06:00:00.000Z').from).toBe(autumn.to);
  });

  it('is told on the day itself although clocks skip its hour, and once although they show it twice', () => {
    // On 2026-03-29 clocks in Berlin go from 02:00 to 03:00 at 01:00Z.
    expect(day('Europe/Berlin', '2026-03-29T00:59:59.999Z', 2).first).toBe('2026-03-27');
    expect(day('Europe/Berlin', '2026-03-29T01:00:00.000Z', 2).first).toBe('2026-03-28');
    // On 2026-10-25 they show 02:00 at 00:00Z, and again at 01:00Z.
    for (const now of ['2026-10-25T00:00:00.000Z', '2026-10-25T01:00:00.000Z']) {
      expect(day('Europe/Berlin', now, 2).first).toBe('2026-10-24');
    }
  });
});

describe('the week that a summary tells of', () => {
  it('is Monday to Sunday, told from the hour of the Monday after it until the next', () => {
    const told = { first: '2026-11-16', last: '2026-11-22' };
    expect(week('UTC', '2026-11-23T05:59:59.999Z')).toMatchObject({
      first: '2026-11-09',
      last: '2026-11-15',
    });
    expect(week('UTC', '2026-11-23T06:00:00.000Z')).toMatchObject(told);
    expect(week('UTC', '2026-11-30T05:59:59.999Z')).toMatchObject(told);
    expect(week('Asia/Tokyo', '2026-11-22T21:00:00.000Z')).toMatchObject(told);
  });

  it('goes over the end of a year, and has an hour less or more where clocks changed', () => {
    expect(week('UTC', '2027-01-05T12:00:00.000Z')).toMatchObject({
      first: '2026-12-28',
      last: '2027-01-03',
    });
    expect(hours(week('America/New_York', '2026-03-10T12:00:00.000Z'))).toBe(7 * 24 - 1);
    expect(hours(week('America/New_York', '2026-11-03T12:00:00.000Z'))).toBe(7 * 24 + 1);
  });
});

describe('the figures in a mail', () => {
  const written = (kind: 'daily_digest' | 'weekly_summary', language: string) =>
    writeNotice(kind, ownWords(kind, language) ?? englishWords(kind), {
      facts: exampleFacts,
      links: {},
      reader: { name: null, locale: language, language, zone: knownZone('UTC') },
      businessName: 'Acme <&>',
    });
  const plain = (text: string): string => text.replaceAll(/[\u00a0\u202f]/g, ' ');

  it('say of how many a share is, what is left out, and never add currencies', () => {
    const text = plain(plainText(written('daily_digest', 'en')));
    expect(text).toContain('  Succeeded: 97.53 % (198 of 203)\n');
    expect(text).toContain('  Left unfinished by the customer (not counted): 4\n');
    expect(text).toContain('  succeeded: 195 × EUR: €9,750.00\n');
    expect(text).toContain('  succeeded: 3 × JPY: ¥12,000\n');
    expect(text).toContain(
      'As of 2026-11-03T06:00:00.000Z, from the read models at position 48210 of the log.',
    );
    expect(plain(plainText(written('daily_digest', 'de')))).toContain('195 × EUR: 9.750,00 €');
  });

  it('hold what may go wrong against what did', () => {
    const text = plain(plainText(written('weekly_summary', 'en')));
    expect(text).toContain(
      'Payments that succeed (promised: 95.00 %): 97.53 % (1,386 of 1,421)\n    kept; 35 of 71.1 that may go wrong are used, 36.1 are left\n    not counted: 35',
    );
    expect(text).toContain('99.80 % (10,060 of 10,080)\n    missed; 20 went wrong, where 10.1 may');
  });

  it('are tables in HTML, and inert', () => {
    const html = renderMailHtml(written('daily_digest', 'en'), 'Acme <&>');
    expect(html).toContain('<h2');
    expect(html).toMatch(/<th scope="row"[^>]*>Succeeded<\/th><td[^>]*>97\.53 % \(198 of 203\)<\/td>/);
    expect(html).toContain('Acme &lt;&amp;&gt;');
  });
});
