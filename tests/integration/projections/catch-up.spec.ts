import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PostgresEventStore } from '../../../src/infrastructure/event-store/postgres-event-store.js';
import { paymentsProjection } from '../../../src/infrastructure/read-models/payments.js';
import { projections } from '../../../src/infrastructure/read-models/read-models.js';
import { silentLogger } from '../../support/postgres.js';
import { measureCatchUp, measureOneByOne } from './projection-bench.js';
import type { Bench } from './support.js';
import { openBench, tally } from './support.js';
import { syntheticLog } from './synthetic-payments.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

describe('Catching up', () => {
  it('is many times faster than a transaction for each event', async () => {
    const catchUp = await measureCatchUp(bench.pool, [paymentsProjection], 1_500);
    const oneByOne = await measureOneByOne(bench.pool, tally, 50);
    // The figure itself is the benchmark's; this floor holds on a busy machine without fsync, too.
    expect(catchUp.events / catchUp.ms).toBeGreaterThan((4 * oneByOne.events) / oneByOne.ms);
  });
});

describe('Over the Postgres event store', () => {
  it('projects what eight writers append at once, each event once and in the order of its stream', async () => {
    const store = new PostgresEventStore({ connectionString: bench.url, logger: silentLogger });
    const running = await bench.start(store, [tally, ...projections]);
    const streams = 40;
    const eventsPerStream = 25;
    const log = [...syntheticLog(1)];
    const sample = log[0];
    if (sample === undefined) throw new Error('the synthetic log is empty');
    await Promise.all(
      Array.from({ length: 8 }, async (_, writer) => {
        for (let revision = 0; revision < eventsPerStream; revision += 1) {
          for (let n = writer; n < streams; n += 8) {
            const { type, data, metadata } = sample;
            const expected = revision === 0 ? 'no_stream' : BigInt(revision - 1);
            await store.append(`thing-${n}`, expected, [{ id: randomUUID(), type, data, metadata }]);
          }
        }
      }),
    );
    expect(await running.reached(await store.head(), 10_000)).toBe(true);
    const rows = await bench.rows('select events, last from read_tally.tally');
    expect(rows).toEqual(rows.map(() => ({ events: 25n, last: 24n })));
    expect(rows).toHaveLength(streams);
    expect(await bench.rows('select count(*) from read_event_log.events')).toEqual([{ count: 1_000n }]);
    expect((await running.rebuild('event_log', { swap: true }))?.difference_count).toBe(0n);
    await running.stop();
    await store.close();
  });
});
