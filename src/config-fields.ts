import { z } from 'zod';
import type { Currency } from './domain/shared/currency.js';
import { parseCurrency } from './domain/shared/currency.js';

export type ConfigProblem = { readonly variable: string; readonly problem: string; readonly mend: string };

/** Of a URL's host. */
export const isLoopback = (host: string): boolean => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(host);

/** One that is set must have one of these protocols, each with its colon. */
export function urlOf(protocols: readonly string[], mend: string) {
  return z
    .string()
    .refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
      error: `is not a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
      params: { mend },
    })
    .nullable()
    .default(null);
}

export function text(pattern: RegExp, error: string, mend: string) {
  return z
    .string()
    .refine((value) => pattern.test(value), { error, params: { mend } })
    .nullable()
    .default(null);
}

/** Whole units (dollars, yen) by currency; `others` are those of every currency that is not named, null for none. */
export type UnitsByCurrency = {
  readonly of: ReadonlyMap<Currency, number>;
  readonly others: number | null;
};

/** `1000`, `1000,JPY:150000` or `USD:500`: units of the currencies that are named, and of all others. */
export function unitsByCurrency() {
  return z
    .string()
    .transform((value, context): UnitsByCurrency => {
      const of = new Map<Currency, number>();
      let others: number | null = null;
      for (const part of value.split(',')) {
        const [, code, units] = /^(?:([A-Z]{3}):)?(\d{1,9})$/.exec(part.trim()) ?? [];
        const currency = code === undefined ? undefined : parseCurrency(code);
        if (units === undefined || (code !== undefined && currency === undefined)) {
          context.addIssue({
            ...{ code: 'custom', message: 'is not a list of amounts such as 1000,JPY:150000' },
            params: { mend: 'Set it to units of any currency, and of single ones; unset it for none.' },
          });
          return z.NEVER;
        }
        if (currency === undefined) others = Number(units);
        else of.set(currency, Number(units));
      }
      return { of, others };
    })
    .optional();
}
