import type pg from 'pg';
import type { EventStore, RecordedEvent } from '../../src/application/ports/event-store.js';
import { createPool, withTransaction } from '../../src/infrastructure/postgres/pool.js';
import type { Build } from '../../src/infrastructure/projections/builds.js';
import { createBuild, dropBuild, liveBuild } from '../../src/infrastructure/projections/builds.js';
import { PostgresProjections } from '../../src/infrastructure/projections/postgres-projections.js';
import { paymentsProjection } from '../../src/infrastructure/read-models/payments.js';
import type { Bench } from './bench.js';
import { benchLogger, withClient } from './bench-cluster.js';
import { eventsPerPayment, writePaymentHistories } from './bulk-history.js';
import { openEventStore } from './open-event-store.js';
import { plainStatement } from './plain-statements.js';
import { inTurn } from './rounds.js';

const projection = paymentsProjection;
const floorBuild: Build = { key: 'payments:floor', schema: 'floor_payments' };
const catchUpTimeoutMs = 120_000;

/** A read model that starts from nothing, or comes back after a pause. */
export const catchUpBench: Bench = {
  name: 'catch-up',
  async run({ cluster, effort }) {
    const url = await cluster.createDatabase('bench_catch_up');
    const payments = effort.quick ? 1_000 : 10_000;
    await writePaymentHistories(url, payments);
    const store = openEventStore(url);
    const pool = createPool({
      connectionString: url,
      max: 8,
      applicationName: 'counterfoil-bench',
      logger: benchLogger,
    });
    try {
      await catchUp(pool, store);
      const values = await inTurn(
        effort,
        () => withClient(url, (client) => oneByOne(client, store, effort.roundMs)),
        () => catchUp(pool, store),
      );
      const figure = {
        path: `projection catch-up over ${(payments * eventsPerPayment).toLocaleString('en-US')} events`,
        unit: 'events/s',
        floorName:
          'the same changes by plain prepared statements, one transaction with the checkpoint per event',
        ...values,
        target: { kind: 'at_least', ratio: 25 },
      } as const;
      return {
        figures: [figure],
        notes: ['The read model is that of the payments, the one with most to write.'],
      };
    } finally {
      await store.close();
      await pool.end();
    }
  },
};

/** Events per second from the start of the projection to its passing the head of the log. */
async function catchUp(pool: pg.Pool, store: EventStore): Promise<number> {
  await withTransaction(pool, (client) => dropBuild(client, liveBuild(projection)));
  const projections = new PostgresProjections({
    pool,
    store,
    projections: [projection],
    logger: benchLogger,
  });
  const head = await store.head();
  const startedAt = performance.now();
  await projections.start();
  const reached = await projections.reached(head, catchUpTimeoutMs);
  const seconds = (performance.now() - startedAt) / 1000;
  await projections.stop();
  if (!reached) throw new Error(`the projection did not reach ${head} in ${catchUpTimeoutMs} ms`);
  return Number(head) / seconds;
}

async function oneByOne(client: pg.Client, store: EventStore, ms: number): Promise<number> {
  await client.query('begin');
  await dropBuild(client, floorBuild);
  await createBuild(client, projection, floorBuild);
  await client.query('commit');
  await client.query(`set search_path to ${floorBuild.schema}, pg_catalog`);
  const events = await store.readAll(0n, 1_000);
  const startedAt = performance.now();
  let done = 0;
  for (const event of events) {
    if (performance.now() - startedAt > ms) break;
    await applyOne(client, event);
    done += 1;
  }
  return (done * 1000) / (performance.now() - startedAt);
}

async function applyOne(client: pg.Client, event: RecordedEvent): Promise<void> {
  await client.query('begin');
  for (const { text, values } of (projection.changesOf(event) ?? []).map(plainStatement)) {
    await client.query({ name: nameOf(text), text, values: [...values] });
  }
  await client.query({
    name: 'checkpoint',
    text: 'update counterfoil.projections set position = $2, updated_at = clock_timestamp() where name = $1',
    values: [floorBuild.key, event.position],
  });
  await client.query('commit');
}

const names = new Map<string, string>();

/** Prepared statements are told apart by names, of which Postgres keeps 63 characters. */
function nameOf(text: string): string {
  const name = names.get(text) ?? `floor-${names.size}`;
  names.set(text, name);
  return name;
}
