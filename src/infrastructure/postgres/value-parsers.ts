import pg from 'pg';
import type { Instant } from '../../domain/shared/instant.js';
import { parseInstant } from '../../domain/shared/instant.js';

/** The server's `2026-11-01 09:30:00.123456+00` as an instant with milliseconds; other offsets are converted. */
export function instantOfTimestamptz(text: string): Instant {
  const utc = text.endsWith('+00') ? `${text.slice(0, 10)}T${text.slice(11, -3)}Z` : text;
  const instant = parseInstant(utc) ?? parseInstant(new Date(text).toISOString());
  if (instant === undefined) throw new RangeError(`not a timestamp within the years 0 to 9999: ${text}`);
  return instant;
}

const parsers = new Map<number, (text: string) => unknown>([
  [pg.types.builtins.INT8, BigInt],
  [pg.types.builtins.TIMESTAMPTZ, instantOfTimestamptz],
]);

/**
 * How columns arrive, per pool so that no other user of the driver in the process is touched: `int8` (and `count(*)`)
 * as bigint, `timestamptz` as `Instant`, `json` as the parsed value. `numeric` stays text.
 */
export const valueParsers: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    return format === 'binary'
      ? pg.types.getTypeParser(oid, 'binary')
      : (parsers.get(oid) ?? pg.types.getTypeParser(oid, 'text'));
  },
};
