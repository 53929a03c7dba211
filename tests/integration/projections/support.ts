import type pg from 'pg';
import { paymentCodec } from '../../../src/application/payment/payment.codec.js';
import type { EventMetadata, EventStore, RecordedEvent } from '../../../src/application/ports/event-store.js';
import { eventIdOf } from '../../../src/application/shared/event-ids.js';
import type { PaymentEvent } from '../../../src/domain/payment/events.js';
import { createPool } from '../../../src/infrastructure/postgres/pool.js';
import type { PostgresProjectionsParts } from '../../../src/infrastructure/projections/postgres-projections.js';
import { PostgresProjections } from '../../../src/infrastructure/projections/postgres-projections.js';
import type { Projection } from '../../../src/infrastructure/projections/projection.js';
import { insert, update } from '../../../src/infrastructure/projections/row-changes.js';
import { at } from '../../support/payment-examples.js';
import { createTestDatabase, silentLogger } from '../../support/postgres.js';

/** A database with its pool, and the projections that a test starts on it; all of it is stopped at the end. */
export type Bench = {
  readonly pool: pg.Pool;
  readonly url: string;
  start(
    store: EventStore,
    projections: readonly Projection[],
    options?: Partial<PostgresProjectionsParts> & { readonly applicationName?: string },
  ): Promise<PostgresProjections>;
  rows(text: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
  close(): Promise<void>;
};

export async function openBench(): Promise<Bench> {
  const database = await createTestDatabase();
  const pool = open('test');
  const running = new Set<() => Promise<void>>();
  function open(applicationName: string): pg.Pool {
    // Some fill in hundreds of thousands of rows, beside other tests.
    const patient = { queryTimeoutMs: 120_000, logger: silentLogger };
    return createPool({ connectionString: database.url, max: 10, applicationName, ...patient });
  }
  return {
    pool,
    url: database.url,
    async start(store, projections, { applicationName = 'projections', ...options } = {}) {
      const own = open(applicationName);
      const started = new PostgresProjections({
        pool: own,
        store,
        projections,
        logger: silentLogger,
        ...options,
      });
      const stopRunning = started.stop.bind(started);
      const stop = async () => {
        if (!running.delete(stop)) return;
        await stopRunning();
        await own.end();
      };
      running.add(stop);
      await started.start();
      return Object.assign(started, { stop });
    },
    async rows(text, values = []) {
      const { rows } = await pool.query<Record<string, unknown>>(text, [...values]);
      return rows;
    },
    async close() {
      await Promise.all([...running].map((stop) => stop()));
      await pool.end();
      await database.drop();
    },
  };
}

/** Counts each stream's events: an event that is applied twice, or not at all, shows. */
export const tally: Projection = {
  name: 'tally',
  version: 1,
  ddl: 'create table tally (stream text primary key, events bigint not null, last bigint not null)',
  tables: { tally: ['stream'] },
  changesOf: ({ stream, revision }) =>
    revision === 0n
      ? [insert('tally', { stream, events: 1n, last: revision })]
      : [update('tally', { stream }, { last: revision }, { events: 1n })],
};

const metadata: EventMetadata = {
  commandId: '4b7f8f0e-7a7d-4a39-9d52-51e2cbb2f3f1',
  correlationId: 'req_1',
  causationId: 'req_1',
  actor: { kind: 'api_key', id: 'key_1' },
  reason: null,
};

/** Events of one stream as the store would hand them out, from a position on. */
export function recordedPayment(
  id: string,
  events: readonly PaymentEvent[],
  firstPosition = 1n,
): readonly RecordedEvent[] {
  return events.map((event, index) => ({
    id: eventIdOf(id, index),
    ...paymentCodec.encode(event),
    metadata,
    stream: `payment-${id}`,
    revision: BigInt(index),
    position: firstPosition + BigInt(index),
    recordedAt: at,
  }));
}

/** An event of any stream and type, with a fresh id. */
export function recorded(
  stream: RecordedEvent['stream'],
  revision: bigint,
  position: bigint,
  change: Partial<RecordedEvent> = {},
): RecordedEvent {
  return {
    id: eventIdOf(stream, Number(revision)),
    type: 'SomethingHappened',
    data: {},
    metadata,
    stream,
    revision,
    position,
    recordedAt: new Date().toISOString() as RecordedEvent['recordedAt'],
    ...change,
  };
}
