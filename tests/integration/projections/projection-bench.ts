import type { Pool } from 'pg';
import { liveBuild, settingsOf } from '../../../src/infrastructure/projections/builds.js';
import { PostgresProjections } from '../../../src/infrastructure/projections/postgres-projections.js';
import type { Projection } from '../../../src/infrastructure/projections/projection.js';
import type { SqlStatement } from '../../../src/infrastructure/projections/row-changes.js';
import { statementsFor } from '../../../src/infrastructure/projections/row-changes.js';
import { silentLogger } from '../../support/postgres.js';
import { RecordedEventStore } from './recorded-event-store.js';
import { syntheticLog } from './synthetic-payments.js';

/** Milliseconds that the projections take from nothing to the end of a synthetic log. */
export async function measureCatchUp(
  pool: Pool,
  projections: readonly Projection[],
  payments: number,
  batchMax = 1_000,
): Promise<{ readonly events: number; readonly ms: number }> {
  const store = new RecordedEventStore(syntheticLog(payments));
  const running = new PostgresProjections({ pool, store, projections, logger: silentLogger, batchMax });
  const started = performance.now();
  await running.start();
  const done = await running.reached(await store.head(), 300_000);
  const ms = performance.now() - started;
  await running.stop();
  if (!done) throw new Error('the projections did not catch up');
  return { events: store.log.length, ms };
}

/** The floor: the same projection, with each event's rows and the checkpoint in a transaction of its own. */
export async function measureOneByOne(
  pool: Pool,
  projection: Projection,
  payments: number,
): Promise<{ readonly events: number; readonly ms: number }> {
  // Makes the tables; they must be empty.
  await measureCatchUp(pool, [projection], 0);
  const log = [...syntheticLog(payments)];
  const build = liveBuild(projection);
  const names = new Map<string, string>();
  const named = ({ text, values }: SqlStatement) => {
    const name = names.get(text) ?? `one_by_one_${names.size}`;
    names.set(text, name);
    return { name, text, values: [...values] };
  };
  const client = await pool.connect();
  const started = performance.now();
  try {
    for (const event of log) {
      await client.query('begin');
      await client.query(named(settingsOf(build, 5_000)));
      for (const statement of statementsFor(projection.tables, projection.changesOf(event) ?? [])) {
        await client.query(named(statement));
      }
      await client.query({
        name: 'checkpoint',
        text: 'update counterfoil.projections set position = $2 where name = $1',
        values: [build.key, event.position],
      });
      await client.query('commit');
    }
    return { events: log.length, ms: performance.now() - started };
  } finally {
    client.release(true);
  }
}
