import type { Instant } from '../../domain/shared/instant.js';

export interface Clock {
  /** The current moment. Deadlines and dates are computed from it; order never is. */
  now(): Instant;
}
