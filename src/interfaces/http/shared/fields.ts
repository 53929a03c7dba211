import { z } from 'zod';
import { isShare } from '../../../domain/shared/allocation.js';
import { parseCivilDate } from '../../../domain/shared/civil-date.js';
import { currencies, parseCurrency } from '../../../domain/shared/currency.js';
import type { Decimal } from '../../../domain/shared/decimal.js';
import { parseDecimal } from '../../../domain/shared/decimal.js';
import { parseInstant } from '../../../domain/shared/instant.js';
import { largestMinor } from '../../../domain/shared/money.js';
import { OtherNumber } from './json.js';

/** The parts that the schemas of this API are made of. */

type Reading<T> = { readonly value: T } | { readonly code: string; readonly message: string };

/** A field that reads anything, and says by a code of ours why it does not take it. */
export function reading<T>(read: (input: unknown) => Reading<T>, documentation: z.GlobalMeta) {
  return z
    .unknown()
    .transform((input, context): T => {
      const result: Reading<T> =
        input === undefined ? { code: 'required', message: 'A value is required.' } : read(input);
      if ('value' in result) return result.value;
      context.issues.push({ code: 'custom', message: result.message, params: { code: result.code }, input });
      return z.NEVER;
    })
    .meta(documentation);
}

/** Minor units above zero, written as a plain integer literal. */
export const amountField = reading<bigint>(
  (input) => {
    if (typeof input === 'bigint') {
      if (input <= 0n) return { code: 'amount_not_positive', message: 'An amount is at least 1 minor unit.' };
      if (input > largestMinor) {
        return { code: 'amount_too_large', message: `An amount is at most ${largestMinor}.` };
      }
      return { value: input };
    }
    const message = 'An amount is written as a plain integer of minor units, such as 5000.';
    const isNumber = input instanceof OtherNumber;
    return { code: isNumber ? 'amount_not_a_plain_integer' : 'amount_not_a_number', message };
  },
  {
    type: 'integer',
    format: 'int64',
    minimum: 1,
    maximum: Number(largestMinor),
    description: 'Minor units.',
  },
);

export const currencyField = reading(
  (input) => {
    const currency = typeof input === 'string' ? parseCurrency(input) : undefined;
    if (currency !== undefined) return { value: currency };
    return { code: 'currency_unknown', message: 'A currency is a three-letter ISO 4217 code, such as USD.' };
  },
  { type: 'string', enum: [...currencies], description: 'ISO 4217, in either case.' },
);

/** An id of one kind; `documentation` names it. */
export function idField<I extends string>(parse: (text: string) => I | undefined, prefix: string) {
  return reading<I>(
    (input) => {
      const id = typeof input === 'string' ? parse(input) : undefined;
      return id === undefined
        ? { code: 'id_malformed', message: `An id of the form ${prefix}_... is expected.` }
        : { value: id };
    },
    {
      type: 'string',
      pattern: `^${prefix}_[0-9a-f-]{36}$`,
      examples: [`${prefix}_0193f1a0-0000-7000-8000-000000000001`],
    },
  );
}

export const instantField = reading(
  (input) => {
    const instant = typeof input === 'string' ? parseInstant(input) : undefined;
    return instant === undefined
      ? { code: 'instant_malformed', message: 'A time is ISO-8601 in UTC, such as 2026-11-01T09:30:00Z.' }
      : { value: instant };
  },
  { type: 'string', format: 'date-time' },
);

/** Years beyond 9998 are refused, so that the day after is a day too. */
export const dateField = reading(
  (input) => {
    const date = typeof input === 'string' ? parseCivilDate(input) : undefined;
    return date === undefined || date >= '9999'
      ? { code: 'date_malformed', message: 'A day of the calendar is expected, such as 2026-11-01.' }
      : { value: date };
  },
  { type: 'string', format: 'date' },
);

/** A whole number in the body, small enough for a number. */
export function wholeField(from: number, to: number) {
  return reading<number>(
    (input) => {
      const fits = typeof input === 'bigint' && input >= from && input <= to;
      return fits
        ? { value: Number(input) }
        : { code: 'out_of_range', message: `A whole number from ${from} to ${to} is expected.` };
    },
    { type: 'integer', minimum: from, maximum: to },
  );
}

/** A whole number in the address. */
function countField(from: bigint, to: bigint) {
  return reading<bigint>(
    (input) => {
      const value = typeof input === 'string' && /^\d{1,19}$/.test(input) ? BigInt(input) : undefined;
      return value === undefined || value < from || value > to
        ? { code: 'out_of_range', message: `A whole number from ${from} to ${to} is expected.` }
        : { value };
    },
    { type: 'integer', minimum: Number(from), maximum: Number(to) },
  );
}

export const positionField = countField(0n, 2n ** 63n - 1n);

/** An exact number, as text so that no JSON reader rounds it; a plain integer will do as well. */
export function decimalField(scaleMax: number, range: DecimalRange, example: string) {
  return reading<Decimal>(
    (input) => {
      if (input instanceof OtherNumber) {
        return {
          code: 'decimal_not_text',
          message: `A number with a point is written as text, such as "${example}".`,
        };
      }
      const text = typeof input === 'bigint' ? input.toString() : input;
      const value = typeof text === 'string' ? parseDecimal(text, scaleMax) : undefined;
      if (value === undefined) {
        const message = `A plain decimal of at most 15 digits before the point and ${scaleMax} after it is expected.`;
        return { code: 'decimal_malformed', message };
      }
      return ranges[range].holds(value)
        ? { value }
        : { code: 'out_of_range', message: ranges[range].message };
    },
    { type: 'string', pattern: `^(0|[1-9]\\d{0,14})(\\.\\d{1,${scaleMax}})?$`, examples: [example] },
  );
}

type DecimalRange = 'above_zero' | 'not_negative' | 'share';
const ranges = {
  above_zero: { holds: ({ units }: Decimal) => units > 0n, message: 'A number above 0 is expected.' },
  not_negative: {
    holds: ({ units }: Decimal) => units >= 0n,
    message: 'A number of 0 or above is expected.',
  },
  share: { holds: isShare, message: 'A percentage from 0 to 100 is expected.' },
} as const satisfies Record<DecimalRange, { holds(value: Decimal): boolean; readonly message: string }>;

/**
 * Text without control characters, and without marks that turn the direction of what follows: a name that holds one reads
 * as another name.
 */
export function textField(max: number) {
  return z
    .string()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]*$/u, {
      error: 'Control characters and marks of direction are not allowed.',
    });
}

export const metadataField = z
  .record(z.string().min(1).max(40), z.string().max(500))
  .refine((metadata) => Object.keys(metadata).length <= 50, { error: 'At most 50 entries are kept.' })
  .meta({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'Up to 50 texts of yours.',
  });

export const limitField = countField(1n, 100n).transform(Number).default(20).meta({
  type: 'integer',
  minimum: 1,
  maximum: 100,
  default: 20,
});

/** The parameters of every list that is paged by ids. */
export const pageParameters = <F extends z.ZodType<string>>(cursor: F) => ({
  limit: limitField,
  starting_after: cursor.optional(),
  ending_before: cursor.optional(),
});

export const createdParameters = {
  'created_at[gte]': instantField.optional(),
  'created_at[gt]': instantField.optional(),
  'created_at[lte]': instantField.optional(),
  'created_at[lt]': instantField.optional(),
};

/** One of the two cursors, or none. */
export function oneCursor(query: { starting_after?: unknown; ending_before?: unknown }): boolean {
  return query.starting_after === undefined || query.ending_before === undefined;
}
export const oneCursorRefusal = {
  error: 'Use starting_after or ending_before, not both.',
  path: ['ending_before'],
};

export function listOf(items: z.ZodType) {
  return z.object({
    object: z.literal('list'),
    url: z.string(),
    has_more: z.boolean(),
    data: z.array(items),
  });
}

/** Integers of an answer, which are bigints inside. */
export const integer = (description?: string) =>
  z
    .custom<bigint>((value) => typeof value === 'bigint')
    .meta({ type: 'integer', format: 'int64', ...(description === undefined ? {} : { description }) });
export const timestamp = z.string().meta({ format: 'date-time' });
