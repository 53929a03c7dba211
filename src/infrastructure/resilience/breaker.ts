import {
  BrokenCircuitError,
  CircuitState,
  ConsecutiveBreaker,
  CountBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhenResult,
} from 'cockatiel';
import type { BreakerState, BreakerStatus } from '../../application/ports/breakers.js';
import type { Clock } from '../../application/ports/clock.js';
import type { Logger } from '../../application/ports/logger.js';

/** Half of the last twenty calls, of ten at least: one slow answer is no outage. */
const outage = { threshold: 0.5, size: 20, minimumNumberOfCalls: 10 };
/** The first probe comes soon, and an outage's end is noticed within the longest delay. */
const probesAfterMs = { first: 1_000, longest: 10_000 };

const states: Readonly<Record<CircuitState, BreakerState>> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.Isolated]: 'open',
  [CircuitState.HalfOpen]: 'half_open',
};

/**
 * Stops calling a dependency that does not answer, and tries one call at a time until it does. It never ends a call that
 * was begun: what such a call came to is told by its own answer.
 */
export class Breaker<Result> {
  readonly #name: string;
  readonly #policy: ReturnType<typeof circuitBreaker>;
  readonly #clock: Clock;
  readonly #longestProbeMs: number;
  #since: BreakerStatus['since'];
  #changedAtMs = Date.now();

  constructor(parts: {
    readonly name: string;
    /** Whether an answer says that the dependency is out of reach; a refusal is an answer like any other. */
    readonly isOutage: (result: Result) => boolean;
    /** How many outages in a row open it; by default half of the last twenty calls do. */
    readonly inARow?: number;
    readonly probesAfterMs?: { readonly first: number; readonly longest: number };
    readonly clock: Clock;
    readonly logger: Logger;
  }) {
    const { name, isOutage, inARow, clock, logger } = parts;
    const { first: initialDelay, longest: maxDelay } = parts.probesAfterMs ?? probesAfterMs;
    this.#name = name;
    this.#clock = clock;
    this.#longestProbeMs = maxDelay;
    this.#since = clock.now();
    this.#policy = circuitBreaker(
      handleWhenResult((result) => isOutage(result as Result)),
      {
        breaker: inARow === undefined ? new CountBreaker(outage) : new ConsecutiveBreaker(inARow),
        halfOpenAfter: new ExponentialBackoff({ initialDelay, maxDelay }),
      },
    );
    this.#policy.onStateChange((state) => {
      this.#since = this.#clock.now();
      this.#changedAtMs = Date.now();
      const fields = { breaker: name, state: states[state] };
      if (state === CircuitState.Closed) logger.info(fields, 'a circuit breaker closed');
      else logger.warn(fields, 'a circuit breaker changed its state');
    });
  }

  status(): BreakerStatus {
    const { state } = this.#policy;
    // Nobody came to probe: the next call will, and is not refused.
    const isDue = state === CircuitState.Open && Date.now() - this.#changedAtMs >= this.#longestProbeMs;
    return { name: this.#name, state: isDue ? 'half_open' : states[state], since: this.#since };
  }

  /** What `call` answers; `whenOpen()`, without a call, while the dependency is out of reach. */
  async run<R extends Result>(call: () => Promise<R>, whenOpen: () => R): Promise<R> {
    // Behind a probe that may take long nobody queues up.
    if (this.#policy.state === CircuitState.HalfOpen) return whenOpen();
    try {
      return await this.#policy.execute(call);
    } catch (error) {
      if (error instanceof BrokenCircuitError) return whenOpen();
      throw error;
    }
  }
}
