import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { PostgresEventStore } from '../../../src/infrastructure/event-store/postgres-event-store.js';
import { appended, newEvents, newStream } from '../../contract/event-store.contract.js';
import type { TestDatabase } from '../../support/postgres.js';
import { createTestDatabase, silentLogger } from '../../support/postgres.js';
import type { Bench } from '../projections/support.js';
import { openBench, tally } from '../projections/support.js';

let bench: Bench;
let elsewhere: TestDatabase;
beforeAll(async () => {
  bench = await openBench();
  elsewhere = await createTestDatabase();
});
afterAll(async () => {
  await bench.close();
  await elsewhere.drop();
});

it('F21: a long write transaction of somebody else, there or in another database, holds up no reader', async () => {
  const store = new PostgresEventStore({ connectionString: bench.url, logger: silentLogger });
  const strangers = [new pg.Client(bench.url), new pg.Client(elsewhere.url)];
  const projections = await bench.start(store, [tally]);
  try {
    for (const stranger of strangers) {
      await stranger.connect();
      // A reader that waits for every older transaction of the cluster would see nothing until these end.
      await stranger.query(
        'begin; create table public.long_work (n int); insert into public.long_work values (1)',
      );
    }
    for (let n = 0; n < 20; n += 1) appended(await store.append(newStream(), 'no_stream', newEvents(2)));
    const head = await store.head();
    expect(await store.readAll(0n, 1_000)).toHaveLength(40);
    expect(await projections.reached(head, 30_000)).toBe(true);
    const [seen] = await bench.rows('select sum(events)::int as events from read_tally.tally');
    expect(seen).toEqual({ events: 40 });
    for (const stranger of strangers) {
      const { rows } = await stranger.query<{ open: boolean }>(
        'select pg_current_xact_id_if_assigned() is not null as open',
      );
      expect(rows).toEqual([{ open: true }]);
    }
  } finally {
    for (const stranger of strangers) await stranger.end();
    await projections.stop();
    await store.close();
  }
});
