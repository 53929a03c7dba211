import type { Instant } from '../../domain/shared/instant.js';

/**
 * A machine whose clock is further off than this needs a person: webhooks are refused by their age, and what is due comes early or
 * late. Order, leases and idempotency do not depend on it.
 */
export const clockSkewMaxMs = 30_000;

export interface Clock {
  /** The current moment. Deadlines and dates are computed from it; order never is. */
  now(): Instant;
}

/** A clock that can be put forward, so that what is due in weeks happens while somebody watches. Never in live mode. */
export interface TestClock extends Clock {
  /** How far it is ahead of the machine's clock. */
  readonly aheadMs: number;
  /** Puts it forward, for every process of the deployment and for a simulated provider. `ms` is above 0. */
  advance(ms: number): Promise<void>;
}
