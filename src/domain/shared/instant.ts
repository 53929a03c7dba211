import type { CivilDate } from './civil-date.js';
import { daysBetween, parseCivilDate } from './civil-date.js';

declare const brand: unique symbol;

/** A moment in UTC, as ISO-8601 text with milliseconds: `2026-11-01T09:30:00.000Z`. Sorts as text. */
export type Instant = string & { readonly [brand]: 'Instant' };

const pattern = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?Z$/;

/** Reads ISO-8601 UTC text of up to nanoseconds and keeps milliseconds; undefined when it is not such text. */
export function parseInstant(text: string): Instant | undefined {
  if (!pattern.test(text)) return undefined;
  const fraction = text.slice(19, -1).slice(1, 4).padEnd(3, '0');
  return `${text.slice(0, 19)}.${fraction}Z` as Instant;
}

/** Milliseconds from one instant to another; negative when `to` is the earlier one. */
export function millisBetween(from: Instant, to: Instant): number {
  return daysBetween(dayOf(from), dayOf(to)) * millisPerDay + millisOfDay(to) - millisOfDay(from);
}

const millisPerDay = 86_400_000;

function dayOf(instant: Instant): CivilDate {
  const day = parseCivilDate(instant.slice(0, 10));
  if (day === undefined) throw new RangeError(`the calendar has no day of ${instant}`);
  return day;
}

function millisOfDay(instant: Instant): number {
  const [hours, minutes, seconds] = [instant.slice(11, 13), instant.slice(14, 16), instant.slice(17, 23)];
  return Math.round((Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000);
}
