import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PostgresEventStore } from '../../../src/infrastructure/event-store/postgres-event-store.js';
import type { Projection } from '../../../src/infrastructure/projections/projection.js';
import { eventIndexProjection } from '../../../src/infrastructure/read-models/event-index.js';
import { projections } from '../../../src/infrastructure/read-models/read-models.js';
import { silentLogger } from '../../support/postgres.js';
import { RecordedEventStore } from './recorded-event-store.js';
import type { Bench } from './support.js';
import { openBench, tally } from './support.js';
import { syntheticLog } from './synthetic-payments.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

describe('Catching up', () => {
  it('takes one transaction for each full batch, and one statement for all rows that it inserts or updates', async () => {
    await bench.rows(`create sequence public.transactions minvalue 0 start 0;
      create sequence public.statements minvalue 0 start 0;
      create function public.count_it() returns trigger language plpgsql as $$ begin
        perform nextval(tg_argv[0]); return null; end $$;
      create trigger count_transactions after update of position on counterfoil.projections
        for each statement execute function public.count_it('public.transactions')`);
    const counted: Projection = {
      ...tally,
      ddl: `${tally.ddl}; create trigger count_statements after insert or update on tally
        for each statement execute function public.count_it('public.statements')`,
    };
    const store = new RecordedEventStore(syntheticLog(700));
    const running = await bench.start(store, [counted], { batchMax: 500 });
    expect(await running.reached(await store.head(), 20_000)).toBe(true);
    await running.stop();
    const [made] = await bench.rows(
      `select nextval('public.transactions')::int as transactions, nextval('public.statements')::int as statements`,
    );
    const batches = Math.ceil(store.log.length / 500);
    expect(batches).toBeGreaterThan(3);
    expect(made?.['transactions']).toBe(batches);
    expect(made?.['statements']).toBeLessThanOrEqual(2 * batches);
  });
});

describe('Over the Postgres event store', () => {
  it('projects what eight writers append at once, each event once and in the order of its stream', async () => {
    const store = new PostgresEventStore({ connectionString: bench.url, logger: silentLogger });
    const running = await bench.start(store, [tally, ...projections, eventIndexProjection]);
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
    expect(await bench.rows('select count(*) from read_event_index.events')).toEqual([{ count: 1_000n }]);
    expect((await running.rebuild('event_index', { swap: true }))?.difference_count).toBe(0n);
    await running.stop();
    await store.close();
  });
});
