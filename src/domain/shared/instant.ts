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
