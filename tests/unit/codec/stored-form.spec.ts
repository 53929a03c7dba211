import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { storedMoney } from '../../../src/application/shared/event-codec.js';
import { storedFormOf } from '../../../src/application/shared/stored-form.js';

const position = z.codec(z.string().regex(/^\d+$/), z.bigint(), { decode: BigInt, encode: String });
const usd = (minor: bigint) => ({ minor, currency: 'USD' as const });

/** Every way in which a schema of an event may hold a value that JSON cannot. */
const nested = z.strictObject({
  text: z.string(),
  total: storedMoney,
  parts: z.array(z.strictObject({ name: z.enum(['a', 'b']), amount: storedMoney })),
  fee: storedMoney.nullable(),
  tax: storedMoney.nullable(),
  tip: storedMoney.optional(),
  at: z.strictObject({ position, place: z.union([position, z.null()]) }),
  byName: z.record(z.string(), position),
  labels: z.record(z.string(), z.string()),
});

describe('the stored form of an event', () => {
  it('is what zod makes of it on the way backwards', () => {
    const value = {
      text: 'x',
      total: usd(3n),
      parts: [
        { name: 'a' as const, amount: usd(1n) },
        { name: 'b' as const, amount: usd(2n) },
      ],
      fee: usd(0n),
      tax: null,
      at: { position: 2n ** 60n, place: 4n },
      byName: { first: 1n },
      labels: { second: '2' },
    };
    const stored = storedFormOf(nested)?.(value);
    expect(stored).toEqual(z.encode(nested, value));
    expect(nested.parse(JSON.parse(JSON.stringify(stored)))).toEqual(value);
  });

  it('is the value itself where nothing in it needs another one', () => {
    expect(storedFormOf(z.strictObject({ n: z.int(), of: z.array(z.string().nullable()) }))).toBeUndefined();
  });
});
