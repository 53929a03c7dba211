import { ContainerModule } from 'inversify';
import type { EventStore } from '../application/ports/event-store.js';
import { PostgresEventStore } from '../infrastructure/event-store/postgres-event-store.js';
import { PostgresLeases } from '../infrastructure/postgres/leases.js';
import { clientConfig, createPool } from '../infrastructure/postgres/pool.js';
import { PostgresTestClock } from '../infrastructure/postgres/test-clock.js';
import { WriteConnection } from '../infrastructure/postgres/write-connection.js';
import { PostgresProjections } from '../infrastructure/projections/postgres-projections.js';
import { eventIndexProjection, IndexedEventQueries } from '../infrastructure/read-models/event-index.js';
import { PostgresLedgerQueries } from '../infrastructure/read-models/ledger.js';
import { projections } from '../infrastructure/read-models/read-models.js';
import { PostgresStatementQueries } from '../infrastructure/read-models/statements.js';
import { RedisConnection } from '../infrastructure/redis/redis-connection.js';
import { RedisLeases } from '../infrastructure/redis/redis-leases.js';
import type { EventStoreGuards } from '../infrastructure/resilience/store-breakers.js';
import { createStoreBreakers } from '../infrastructure/resilience/store-breakers.js';
import { systemClock } from '../infrastructure/system-clock.js';
import { httpTokens } from '../interfaces/http/http-tokens.js';
import type { Surroundings } from './tokens.js';
import { tokens } from './tokens.js';

/**
 * Every query of the pool is made for an index. A plan that was prepared while a table was small must not stay a scan of
 * all of it: completing one request's answer would come to read every answer ever kept.
 */
const indexesOnly = { enable_seqscan: 'off', enable_hashjoin: 'off', enable_mergejoin: 'off' };

/** A client is told within three seconds that Postgres does not answer: as long as an append to the event store takes to say so. */
const doorLimits = { connectTimeoutMs: 1_000, queryTimeoutMs: 2_000 };

/** The clock, the log, the stores and what every feature shares of them. */
export function platformModule(surroundings: Surroundings): ContainerModule {
  const { config, logger, databaseUrl } = surroundings;
  return new ContainerModule(({ bind }) => {
    bind(tokens.surroundings).toConstantValue(surroundings);
    bind(tokens.logger).toConstantValue(logger);
    bind(httpTokens.logger).toConstantValue(logger);
    bind(tokens.machineClock).toConstantValue(systemClock);
    bind(tokens.movableClock).toResolvedValue(
      (pool) =>
        config.mode === 'live'
          ? null
          : new PostgresTestClock(pool, (ms) => advanceSimulator(surroundings, ms)),
      [tokens.pool],
    );
    bind(httpTokens.testClock).toResolvedValue((movable) => movable, [tokens.movableClock]);
    bind(httpTokens.clock).toResolvedValue((movable) => movable ?? systemClock, [tokens.movableClock]);
    bind(tokens.storeBreakers).toResolvedValue(() => {
      const store = config.eventStoreUrl === null ? 'postgres' : 'eventstoredb';
      return createStoreBreakers(store, { clock: systemClock, logger });
    });
    bind(tokens.pool).toResolvedValue(
      ({ queries: guard }) =>
        createPool({
          ...{ connectionString: databaseUrl, max: 8, applicationName: 'counterfoil', logger, guard },
          settings: indexesOnly,
        }),
      [tokens.storeBreakers],
    );
    bind(tokens.doorPool).toResolvedValue(
      ({ door: guard }) =>
        createPool({
          ...{ connectionString: databaseUrl, max: 4, applicationName: 'counterfoil-door', logger, guard },
          ...doorLimits,
          idleTimeoutMs: 0,
          settings: indexesOnly,
        }),
      [tokens.storeBreakers],
    );
    bind(tokens.writes).toConstantValue(
      new WriteConnection(
        clientConfig({
          ...{ connectionString: databaseUrl, applicationName: 'counterfoil-writes', ...doorLimits },
          settings: { ...indexesOnly, enable_bitmapscan: 'off' },
        }),
      ),
    );
    bind(tokens.projectionPool).toResolvedValue(() =>
      createPool({
        connectionString: databaseUrl,
        max: 5,
        applicationName: 'counterfoil-projections',
        logger,
      }),
    );
    bind(httpTokens.eventStore).toResolvedValue(
      ({ events }, writes) => eventStoreOf(surroundings, events, writes),
      [tokens.storeBreakers, tokens.writes],
    );
    bind(tokens.redis).toResolvedValue(() =>
      config.redisUrl === null ? null : new RedisConnection(config.redisUrl, logger),
    );
    bind(tokens.leases).toResolvedValue(
      (pool, redis) => {
        const inPostgres = new PostgresLeases(pool, logger);
        return redis === null ? inPostgres : new RedisLeases(redis, inPostgres);
      },
      [tokens.pool, tokens.redis],
    );
    bind(tokens.postgresProjections).toResolvedValue(
      (pool, store) =>
        new PostgresProjections({
          pool,
          store,
          projections:
            store instanceof PostgresEventStore ? projections : [...projections, eventIndexProjection],
          logger,
        }),
      [tokens.projectionPool, httpTokens.eventStore],
    );
    bind(httpTokens.projections).toResolvedValue((all) => all, [tokens.postgresProjections]);
    bind(httpTokens.ledgerQueries).toResolvedValue((pool) => new PostgresLedgerQueries(pool), [tokens.pool]);
    bind(httpTokens.statementQueries).toResolvedValue(
      (pool) => new PostgresStatementQueries(pool),
      [tokens.pool],
    );
    bind(httpTokens.eventQueries).toResolvedValue(
      (pool, store) => (store instanceof PostgresEventStore ? store : new IndexedEventQueries(pool, store)),
      [tokens.pool, httpTokens.eventStore],
    );
  });
}

function eventStoreOf(
  { config, databaseUrl, EventStoreDb, logger }: Surroundings,
  guards: EventStoreGuards,
  writes: WriteConnection,
): EventStore {
  const { eventStoreUrl } = config;
  if (eventStoreUrl === null)
    return new PostgresEventStore({ connectionString: databaseUrl, logger, writes, guards });
  if (EventStoreDb === null) throw new TypeError('EVENTSTORE_URL is set, and its client was not loaded');
  return new EventStoreDb({ connectionString: eventStoreUrl, logger, guards });
}

/** @throws Error when the simulator does not answer; Stripe itself has no clock to move */
async function advanceSimulator({ stripe }: Surroundings, ms: number): Promise<void> {
  if (!stripe.simulated || stripe.apiBase === null) return;
  const answer = await fetch(`${stripe.apiBase}/sim/clock`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ advance_seconds: ms / 1_000 }),
    signal: AbortSignal.timeout(5_000),
  });
  if (!answer.ok) throw new Error(`the simulator did not move its clock: ${answer.status}`);
}
