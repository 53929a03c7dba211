import type { ZodType } from 'zod';
import { z } from 'zod';
import type { CivilDate } from '../../domain/shared/civil-date.js';
import { parseCivilDate } from '../../domain/shared/civil-date.js';
import { parseCurrency } from '../../domain/shared/currency.js';
import type { Decimal } from '../../domain/shared/decimal.js';
import { formatDecimal, parseDecimal } from '../../domain/shared/decimal.js';
import type { Instant } from '../../domain/shared/instant.js';
import { parseInstant } from '../../domain/shared/instant.js';
import type { Money } from '../../domain/shared/money.js';
import { storedFormOf } from './stored-form.js';

/** The two translations between the domain's events and what stands in the store. */
export type EventCodec<E> = {
  /** @throws MalformedEvent for what could not be read again */
  encode(event: E): { readonly type: string; readonly data: Readonly<Record<string, unknown>> };
  /** @throws UnknownEventType, MalformedEvent */
  decode(stored: { readonly type: string; readonly data: unknown }): E;
  /** Every stored type that can be decoded, old versions included, with what it means for the event catalogue. */
  readonly storedTypes: ReadonlyMap<string, string>;
};

/** The store holds a type that this version of the program does not know: an aggregate cannot be decided on. */
export class UnknownEventType extends Error {
  override readonly name = 'UnknownEventType';
}

/** A stored event does not have the shape of its type. */
export class MalformedEvent extends Error {
  override readonly name = 'MalformedEvent';
  /** All that is wrong is that there is more to it than this version knows: a newer one wrote it, and can read it. */
  readonly isNewer: boolean;

  constructor(message: string, { isNewer }: { readonly isNewer: boolean }) {
    super(message);
    this.isNewer = isNewer;
  }
}

/** Whether only a newer version of the program can read what this one could not. */
export function isOfNewerVersion(error: unknown): boolean {
  return error instanceof UnknownEventType || (error instanceof MalformedEvent && error.isNewer);
}

type PayloadOf<E, T> = Omit<Extract<E, { type: T }>, 'type'>;

/** A stored type that is no longer written, with its shape and its translation to today's event. */
export type OlderVersion<E> = { readonly schema: ZodType; upcast(data: unknown): E };

/**
 * Builds a codec from one schema per event type; each schema encodes and decodes, and what is encoded has been decoded once
 * before it goes into the store. Types under `older` decode only.
 */
export function createEventCodec<E extends { readonly type: string }>(
  current: { readonly [T in E['type']]: ZodType<PayloadOf<E, T>> },
  older: Readonly<Record<string, OlderVersion<E>>> = {},
): EventCodec<E> {
  const schemas = new Map<string, ZodType>(Object.entries<ZodType>(current));
  const storedForms = new Map([...schemas].map(([type, schema]) => [type, storedFormOf(schema)] as const));
  return {
    storedTypes: new Map(
      [...schemas, ...Object.entries(older).map(([type, { schema }]) => [type, schema] as const)].map(
        ([type, schema]) => [type, schema.description ?? ''],
      ),
    ),
    encode({ type, ...payload }) {
      const schema = schemas.get(type);
      if (schema === undefined) throw new UnknownEventType(`no schema for ${type}`);
      const data = storedForms.get(type)?.(payload) ?? payload;
      parse(type, schema, data);
      return { type, data: data as Record<string, unknown> };
    },
    decode({ type, data }) {
      const schema = schemas.get(type);
      if (schema !== undefined) return { type, ...(parse(type, schema, data) as object) } as unknown as E;
      const old = older[type];
      if (old === undefined) throw new UnknownEventType(`event type ${type} is not known to this version`);
      return old.upcast(parse(type, old.schema, data));
    },
  };
}

function parse(type: string, schema: ZodType, data: unknown): unknown {
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  const isNewer = result.error.issues.every(({ code }) => code === 'unrecognized_keys');
  throw new MalformedEvent(`stored ${type} is malformed: ${z.prettifyError(result.error)}`, { isNewer });
}

/** Stored as `{ amount: "<minor units>", currency }`: text, because JSON readers round large numbers. */
export const storedMoney = z.codec(
  z.strictObject({ amount: z.string().regex(/^-?(0|[1-9]\d{0,29})$/), currency: z.string() }),
  z.custom<Money>(),
  {
    decode: ({ amount, currency }, context): Money => {
      const known = parseCurrency(currency);
      if (known === undefined) {
        context.issues.push({ code: 'custom', message: `unknown currency ${currency}`, input: currency });
        return z.NEVER;
      }
      return { minor: BigInt(amount), currency: known };
    },
    encode: ({ minor, currency }) => ({ amount: minor.toString(), currency }),
  },
);

export const storedInstant = z.custom<Instant>(
  (value) => typeof value === 'string' && parseInstant(value) === value,
);

export const storedDate = z.custom<CivilDate>(
  (value) => typeof value === 'string' && parseCivilDate(value) !== undefined,
);

/** Stored as plain text such as `12.5`: JSON readers round fractions. */
export const storedDecimal = z.codec(z.string(), z.custom<Decimal>(), {
  decode: (text, context): Decimal => {
    const known = parseDecimal(text, 12);
    if (known !== undefined) return known;
    context.issues.push({ code: 'custom', message: `${text} is no decimal`, input: text });
    return z.NEVER;
  },
  encode: formatDecimal,
});

/** An id that passes its own parser. */
export function storedId<I extends string>(parseId: (text: string) => I | undefined): z.ZodType<I> {
  return z.custom<I>((value) => typeof value === 'string' && parseId(value) !== undefined);
}

/** Stored as text, since a revision may be any 64-bit number. */
export const storedRevision = z.codec(z.string().regex(/^(-1|0|[1-9]\d{0,18})$/), z.bigint(), {
  decode: (text) => BigInt(text),
  encode: (value) => value.toString(),
});
