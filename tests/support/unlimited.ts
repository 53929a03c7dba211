import type { ClientLimits, Verdict } from '../../src/application/limit/client-limits.js';

const verdict: Verdict = {
  allowed: true,
  limit: 1_000_000,
  remaining: 1_000_000,
  retryMs: 0,
  fullMs: 0,
  penalized: null,
};

/** For tests of something else. */
export const unlimited: ClientLimits = { spend: () => verdict, refusalBy: () => undefined };

/** The environment of a program that is to be limited by nothing but its speed. */
export const wideLimits: Readonly<Record<string, string>> = Object.fromEntries(
  [
    'REQUESTS_PER_KEY',
    'REQUESTS_PER_ADDRESS',
    'BAD_KEYS_PER_ADDRESS',
    'BAD_SIGNATURES_PER_ADDRESS',
    'DECLINES_PER_CUSTOMER',
    'DECLINES_PER_ADDRESS',
  ].map((name) => [`COUNTERFOIL_LIMIT_${name}`, '10000000']),
);
