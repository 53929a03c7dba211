import pg from 'pg';
import type { BreakerStatus } from '../../application/ports/breakers.js';
import type { Clock } from '../../application/ports/clock.js';
import { AppendOutcomeUnknown, EventStoreUnavailable } from '../../application/ports/event-store.js';
import type { Logger } from '../../application/ports/logger.js';
import { Breaker } from './breaker.js';

/** Lets a call through, or throws at once without it while the store is out of reach. */
export type Guard = <T>(call: () => Promise<T>) => Promise<T>;

export const unguarded: Guard = (call) => call();

/** The event store's two classes of calls; of appends, a whole batch is one call. */
export type EventStoreGuards = { readonly appends: Guard; readonly reads: Guard };

/** Postgres was not asked: it did not answer others. The code is SQLSTATE's for a connection that could not be made. */
class PostgresUnavailable extends Error {
  override readonly name = 'PostgresUnavailable';
  readonly code = '08001';
}

type Settled = { readonly value: unknown } | { readonly error: unknown };
type Parts = { readonly clock: Clock; readonly logger: Logger };

/** A store is back as soon as it takes connections, and everybody waits for that. */
const probesAfterMs = { first: 200, longest: 1_000 };
/** A batch stands for many callers. One lost connection fails a batch or two, and is no outage. */
const batchesInARow = 4;

/** Server errors that say that nobody would be served: no connection, no room for one, stopping, a broken disk. */
const outOfService = /^(08...|53300|57P0[1-4]|58...|XX...)$/;
/** Server errors that tell of one call, or of how calls meet each other. */
const ofOneCall = /^(40|55)...$/;

/**
 * Breakers around an event store and around Postgres for everything else, one for each class of call. They count only
 * what says that a store is out of reach: a conflict, a violation, a serialization failure is an answer. What an open one
 * refuses was not sent, so it says nothing of an append before it whose outcome is unknown.
 * @param store how the names of the event store's breakers begin
 */
export function createStoreBreakers(store: 'postgres' | 'eventstoredb', parts: Parts) {
  const refusal = (): Error => new EventStoreUnavailable('the event store did not answer others lately');
  const appends = guardOf({
    ...{ ...parts, name: `${store}_appends`, inARow: batchesInARow, refusal },
    isOutage: (error) => isOutOfReach(error) && !ofOneCall.test(codeOf(causeOf(error)) ?? ''),
  });
  const reads = guardOf({
    ...{ ...parts, name: `${store}_reads`, refusal },
    isOutage: (error) => isOutOfReach(error) && !isOfOneQuery(causeOf(error)),
  });
  const ofPool = (name: string) =>
    guardOf({
      ...{ ...parts, name },
      refusal: () => new PostgresUnavailable('Postgres did not answer others lately'),
      isOutage: isPostgresOut,
    });
  const [door, queries] = [ofPool('postgres_door'), ofPool('postgres_queries')];
  const events: EventStoreGuards = { appends: appends.guard, reads: reads.guard };
  return {
    events,
    door: door.guard,
    queries: queries.guard,
    status: (): readonly BreakerStatus[] => [appends, reads, door, queries].map(({ status }) => status()),
  };
}

function guardOf(
  parts: Parts & {
    readonly name: string;
    readonly inARow?: number;
    readonly isOutage: (error: unknown) => boolean;
    readonly refusal: () => Error;
  },
): { readonly guard: Guard; readonly status: () => BreakerStatus } {
  const { isOutage, refusal, ...rest } = parts;
  const breaker = new Breaker<Settled>({
    ...{ ...rest, probesAfterMs },
    isOutage: (settled) => 'error' in settled && isOutage(settled.error),
  });
  return {
    status: () => breaker.status(),
    async guard<T>(call: () => Promise<T>): Promise<T> {
      const settled = await breaker.run<{ readonly value: T } | { readonly error: unknown }>(
        () =>
          call().then(
            (value) => ({ value }),
            (error: unknown) => ({ error }),
          ),
        () => ({ error: refusal() }),
      );
      if ('error' in settled) throw settled.error;
      return settled.value;
    },
  };
}

function isOutOfReach(error: unknown): boolean {
  return error instanceof AppendOutcomeUnknown || error instanceof EventStoreUnavailable;
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}

/** Whether the server answered, and spoke of nothing but this query. */
function isOfOneQuery(error: unknown): boolean {
  const code = codeOf(error);
  return code !== undefined && !outOfService.test(code);
}

/** Whether an error of the driver says that Postgres does not serve; a bug of ours, such as a TypeError, does not. */
function isPostgresOut(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return outOfService.test(error.code ?? '');
  if (typeof error !== 'object' || error === null) return false;
  if ('code' in error && typeof error.code === 'string') return /^(E[A-Z]+|08...)$/.test(error.code);
  const message = 'message' in error ? String(error.message) : '';
  return /^(Connection terminated|Client |Query read timeout|timeout (exceeded|expired))/.test(message);
}
