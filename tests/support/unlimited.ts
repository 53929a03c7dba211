import type { ClientLimits, Verdict } from '../../src/application/limit/client-limits.js';

const verdict: Verdict = {
  allowed: true,
  limit: 1_000_000,
  remaining: 1_000_000,
  resetMs: 60_000,
  penalized: null,
};

/** For tests of something else. */
export const unlimited: ClientLimits = { spend: () => verdict, refusalBy: () => undefined };
