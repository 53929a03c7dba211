import { z } from 'zod';

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
