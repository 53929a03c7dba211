import { stringify } from 'lossless-json';
import type { Currency } from '../../../../domain/shared/currency.js';
import { parseCurrency } from '../../../../domain/shared/currency.js';
import type { Money } from '../../../../domain/shared/money.js';
import { format, money } from '../../../../domain/shared/money.js';

const whole = new Intl.NumberFormat('en', { useGrouping: true });

/** `1,234.50 USD`: exact at any size, since no part of it ever is a floating-point number. */
export function formatMoney(amount: Money): string {
  const [text = '', currency = ''] = format(amount).split(' ');
  const negative = text.startsWith('-');
  const [units = '0', fraction] = (negative ? text.slice(1) : text).split('.');
  const grouped = whole.format(BigInt(units));
  return `${negative ? '\u2212' : ''}${grouped}${fraction === undefined ? '' : `.${fraction}`} ${currency}`;
}

/** As rows of read models have it; a currency that is not known is shown in minor units. */
export function formatMinor(minor: bigint, currency: string): string {
  const known: Currency | undefined = parseCurrency(currency);
  return known === undefined ? `${minor} minor units of ${currency}` : formatMoney(money(minor, known));
}

export function formatCount(count: number | bigint): string {
  return whole.format(count);
}

const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(zone: string): Intl.DateTimeFormat {
  let clock = clocks.get(zone);
  if (clock === undefined) {
    clock = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      day: '2-digit',
      month: 'short',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    });
    // A browser may send any of some hundred names; more than that is somebody playing.
    if (clocks.size > 600) clocks.clear();
    clocks.set(zone, clock);
  }
  return clock;
}

/** An instant in the reader's zone, to the second. */
export function formatTime(instant: string, zone: string): string {
  return clockOf(zone).format(new Date(instant));
}

/** As `formatTime`, to the minute; a narrow column breaks it between the day and the time alone. */
export function formatBriefTime(instant: string, zone: string): string {
  return formatTime(instant, zone)
    .slice(0, -3)
    .replaceAll(/ (?=.*,)/g, '\u00a0');
}

const days = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });

/** `9 December 2026`, of a day of the calendar; nothing where there is none. */
export function formatDay(date: string | null): string {
  return date === null ? '' : days.format(new Date(`${date}T00:00:00Z`));
}

/** The zone that the reader's browser told, where this machine knows it; UTC otherwise. */
export function readerZone(told: string | undefined): string {
  if (told === undefined || !/^[A-Za-z][\w/+-]{0,63}$/.test(told)) return 'UTC';
  try {
    clockOf(told);
    return told;
  } catch {
    return 'UTC';
  }
}

/** `in_progress` as a person writes it. */
export function formatWords(code: string): string {
  return code.replaceAll('_', ' ');
}

/** `pay_…4821af6252c8`: enough of an id to tell it from others on one page; the whole of it stands in the title. */
export function formatId(id: string): string {
  return id.replace(/_?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-([0-9a-f]{12})$/, '_…$1');
}

/** For reading; integers of any size are written in full. */
export function formatJson(value: unknown): string {
  return stringify(value, null, 2) ?? '';
}
