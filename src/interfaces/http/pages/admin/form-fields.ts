import { z } from 'zod';
import { exponentOf, parseCurrency } from '../../../../domain/shared/currency.js';
import { parseDecimal, unitsAt } from '../../../../domain/shared/decimal.js';
import type { Instant } from '../../../../domain/shared/instant.js';
import { parseInstant } from '../../../../domain/shared/instant.js';
import type { Money } from '../../../../domain/shared/money.js';
import { format } from '../../../../domain/shared/money.js';
import { refused } from '../../shared/problem.js';

/** An amount as a person types it: `12.50`; which currency it is of is known elsewhere. */
export const typedAmount = z
  .string()
  .regex(/^\d{1,13}([.]\d{1,3})?$/, { error: 'An amount is written like 12.50.' });

/**
 * In minor units, as a JSON body would have it.
 * @throws Refused where the currency has no such fraction
 */
export function minorOf(typed: string, code: string): bigint {
  const currency = parseCurrency(code);
  if (currency === undefined) throw refused('invalid_request', { detail: `${code} is no currency.` });
  const exponent = exponentOf(currency);
  const amount = parseDecimal(typed.replace(/^0+(?=\d)/, ''), exponent);
  if (amount === undefined) {
    throw refused('invalid_request', {
      detail: `An amount of ${currency} has at most ${exponent} digits after the point.`,
    });
  }
  return unitsAt(amount, exponent);
}

/** What a field of an amount holds at first: `12.50`. */
export function typedOf(amount: Money): string {
  return format(amount).slice(0, -amount.currency.length - 1);
}

/** A whole number, as a JSON body would have it. */
export const typedWhole = z
  .string()
  .regex(/^\d{1,7}$/, { error: 'A whole number is expected.' })
  .transform(BigInt);

/** Several texts, one a line; empty lines are none. */
export const typedLines = z
  .string()
  .max(20_000)
  .default('')
  .transform((typed) => typed.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()])));

/** The same the other way. */
export function linesOf(texts: readonly string[]): string {
  return texts.filter((each) => each !== '').join('\n');
}

/** A day of the calendar as a date input sends it. */
export const typedDate = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, { error: 'A day is expected.' });

/** The beginning of a day in UTC, for filters. */
export const dayField = typedDate.transform((day, context): Instant => {
  const instant = parseInstant(`${day}T00:00:00.000Z`);
  if (instant !== undefined) return instant;
  context.issues.push({ code: 'custom', message: 'A day is expected.', input: day });
  return z.NEVER;
});

/** Filters by the day of creation: from one day on, and before another. */
export const createdDays = {
  'created_at[gte]': dayField.optional(),
  'created_at[lt]': dayField.optional(),
};
export const createdDayFilters = [
  { name: 'created_at[gte]', label: 'From (UTC)', type: 'date' },
  { name: 'created_at[lt]', label: 'Before (UTC)', type: 'date' },
] as const;
