import type { Instant } from '../../domain/shared/instant.js';

/** `open`: calls are not made. `half_open`: one call is made to see whether the dependency is back. */
export type BreakerState = 'closed' | 'open' | 'half_open';

export type BreakerStatus = {
  /** The dependency and class of call, such as `stripe_writes`. */
  readonly name: string;
  readonly state: BreakerState;
  /** When it came to be in this state. */
  readonly since: Instant;
};

/** The circuit breakers of this process, for whoever watches it. */
export interface Breakers {
  status(): readonly BreakerStatus[];
}
