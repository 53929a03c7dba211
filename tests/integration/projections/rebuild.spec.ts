import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { RecordedEvent } from '../../../src/application/ports/event-store.js';
import { createPool } from '../../../src/infrastructure/postgres/pool.js';
import { ledgerProjection } from '../../../src/infrastructure/read-models/ledger.js';
import {
  PostgresPaymentQueries,
  paymentsProjection,
} from '../../../src/infrastructure/read-models/payments.js';
import { projections } from '../../../src/infrastructure/read-models/read-models.js';
import { eventually } from '../../support/eventually.js';
import { silentLogger } from '../../support/postgres.js';
import { RecordedEventStore } from './recorded-event-store.js';
import type { Bench } from './support.js';
import { openBench, recorded, tally } from './support.js';
import { syntheticLog } from './synthetic-payments.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

/** The rest of the log comes in while `work` runs. */
async function whileEventsArrive<T>(
  store: RecordedEventStore,
  rest: readonly RecordedEvent[],
  work: () => Promise<T>,
): Promise<T> {
  let done = false;
  const arriving = (async () => {
    for (let next = 0; next < rest.length && !done; next += 20) {
      store.add(...rest.slice(next, next + 20));
      await sleep(2);
    }
  })();
  const result = await work();
  done = true;
  await arriving;
  return result;
}

const unlimited = {
  limit: 100,
  startingAfter: null,
  endingBefore: null,
  createdGte: null,
  createdGt: null,
  createdLte: null,
  createdLt: null,
  status: null,
  customer: null,
  order: null,
  currency: null,
};

describe('A rebuild', () => {
  it('F30: equals the live read models, while events go on arriving and after a swap', async () => {
    const log = [...syntheticLog(1_500)];
    const store = new RecordedEventStore(log.slice(0, 4_000));
    const running = await bench.start(store, projections);
    await running.reached(4_000n, 20_000);
    await whileEventsArrive(store, log.slice(4_000), async () => {
      for (const name of running.names) {
        const report = await running.rebuild(name, { swap: name === 'payments' });
        expect(report).toMatchObject({ projection: name, difference_count: 0n, differences: [] });
        expect(report?.position).toBeGreaterThanOrEqual(4_000n);
        // A history of payments fills these; it means nothing to the others.
        const filled = ['payments', 'attempts', 'refunds', 'disputes', 'ledger', 'pending_effects'].includes(
          name,
        );
        expect((report?.rows_compared ?? 0n) > 0n).toBe(filled);
      }
    });
    expect(await running.reached(await store.head(), 20_000)).toBe(true);
    const after = await running.rebuild('payments', { swap: false });
    expect(after?.difference_count).toBe(0n);
    expect(after && (await running.replay(after.id))).toEqual(after);
    await running.stop();
    expect(
      await bench.rows(`select nspname from pg_namespace where nspname ~ '^(rebuild|retired)_'`),
    ).toEqual([]);
    expect(await bench.rows(`select name from counterfoil.projections where name ~ ':'`)).toEqual([]);
  });

  it('reports a row that was changed, one that was added and one that was taken away', async () => {
    const store = new RecordedEventStore(syntheticLog(200));
    const planted = { ...paymentsProjection, name: 'planted' };
    const running = await bench.start(store, [planted]);
    expect(await running.reached(await store.head(), 20_000)).toBe(true);
    const [changed, removed] = await bench.rows('select * from read_planted.payments order by id limit 2');
    await bench.rows('update read_planted.payments set amount = amount + 1 where id = $1', [changed?.['id']]);
    await bench.rows('delete from read_planted.payments where id = $1', [removed?.['id']]);
    await bench.rows(`insert into read_planted.payments (id, step, canceling, amount, currency, amount_authorized,
        amount_captured, amount_refunded, capture_method, metadata, revision, created_at, status_since)
      values ('pay_0', 'failed', false, 1, 'USD', 0, 0, 0, 'manual', '{}', 0, now(), now())`);
    const report = await running.rebuild('planted', { swap: true });
    expect(report).toMatchObject({ difference_count: 3n, rows_compared: 201n, swapped: true });
    const byKey = new Map(report?.differences.map((difference) => [difference.key, difference]));
    expect(byKey.get('pay_0')).toMatchObject({ table: 'payments', rebuilt: null });
    expect(byKey.get(String(removed?.['id']))).toMatchObject({ live: null });
    const amount = Number(changed?.['amount']);
    expect(byKey.get(String(changed?.['id']))).toMatchObject({
      live: { amount: amount + 1 },
      rebuilt: { amount },
    });
    // The swap mended it.
    expect(await running.rebuild('planted', { swap: false })).toMatchObject({ difference_count: 0n });
    expect(await running.rebuild('unheard_of', { swap: false })).toBeUndefined();
    await running.stop();
  });

  it('F30: swaps under readers without one wrong or failed answer', async () => {
    const log = [...syntheticLog(1_200)];
    const store = new RecordedEventStore(log.slice(0, 3_000));
    const running = await bench.start(store, [paymentsProjection, ledgerProjection]);
    expect(await running.reached(3_000n, 20_000)).toBe(true);
    const queries = new PostgresPaymentQueries(bench.pool);
    let reading = true;
    let reads = 0;
    let seen = 0;
    const reader = (async () => {
      while (reading) {
        const [{ payments } = { payments: 0 }] = await bench.rows(
          'select count(*)::int as payments from read_payments.payments',
        );
        // Payments are never taken away, so a reader that sees fewer than before sees a half-built table.
        expect(Number(payments)).toBeGreaterThanOrEqual(seen);
        seen = Number(payments);
        expect((await queries.list(unlimited)).rows).toHaveLength(100);
        reads += 1;
      }
    })();
    await whileEventsArrive(store, log.slice(3_000), async () => {
      for (let round = 0; round < 4 || (reads <= 20 && round < 100); round += 1) {
        const report = await running.rebuild('payments', { swap: true });
        expect(report).toMatchObject({ swapped: true, difference_count: 0n });
      }
    });
    reading = false;
    await reader;
    expect(reads).toBeGreaterThan(20);
    expect(await running.reached(await store.head(), 20_000)).toBe(true);
    expect((await running.rebuild('payments', { swap: false }))?.difference_count).toBe(0n);
    await running.stop();
  });

  it('replaces the tables of an older version when the program starts', async () => {
    const store = new RecordedEventStore([recorded('thing-1', 0n, 1n), recorded('thing-1', 1n, 2n)]);
    const old = { ...tally, name: 'versioned' };
    const before = await bench.start(store, [old]);
    await before.reached(2n, 20_000);
    await before.stop();
    const renewed = {
      ...old,
      version: 2,
      ddl: `create table tally (stream text primary key, events bigint not null, last bigint not null,
              doubled bigint generated always as (events * 2) stored)`,
    };
    const after = await bench.start(store, [renewed]);
    store.add(recorded('thing-1', 2n, 3n));
    expect(await after.reached(3n, 20_000)).toBe(true);
    expect(await bench.rows('select events, doubled from read_versioned.tally')).toEqual([
      { events: 3n, doubled: 6n },
    ]);
    await after.stop();
  });

  it('F26: brings back a read model that is ahead of a log restored from a backup', async () => {
    const log = [0n, 1n, 2n].map((revision) => recorded('thing-1', revision, revision + 1n));
    const restored = { ...tally, name: 'restored' };
    const before = await bench.start(new RecordedEventStore(log), [restored]);
    await before.reached(3n, 20_000);
    await before.stop();
    const store = new RecordedEventStore(log.slice(0, 1));
    const after = await bench.start(store, [restored]);
    await eventually(
      () => bench.rows('select 1 from counterfoil.replays'),
      (replays) => replays.length === 1,
    );
    await sleep(100);
    store.add(...log.slice(1, 2));
    expect(await after.reached(2n, 20_000)).toBe(true);
    await after.stop();
    expect(await bench.rows('select events from read_restored.tally')).toEqual([{ events: 2n }]);
  });

  it('replaces many read models at once with few connections', async () => {
    const store = new RecordedEventStore([recorded('thing-1', 0n, 1n), recorded('thing-1', 1n, 2n)]);
    const many = Array.from({ length: 12 }, (_, index) => ({ ...tally, name: `one_of_many_${index}` }));
    const before = await bench.start(store, many);
    await before.reached(2n, 20_000);
    await before.stop();
    const failures: string[] = [];
    const logger = { ...silentLogger, error: (_: object, message: string) => void failures.push(message) };
    const pool = createPool({ connectionString: bench.url, max: 4, applicationName: 'few', logger });
    const renewed = many.map((one) => ({ ...one, version: 2 }));
    const after = await bench.start(store, renewed, { pool, logger });
    await eventually(
      () =>
        bench.rows("select 1 from counterfoil.projections where name like 'one_of_many_%' and version = 2"),
      (replaced) => replaced.length === many.length,
    );
    await after.stop();
    await pool.end();
    expect(failures).toEqual([]);
  });

  it('begins no more read models when the program stops', async () => {
    const store = new RecordedEventStore([recorded('thing-1', 0n, 1n)]);
    const many = Array.from({ length: 12 }, (_, index) => ({ ...tally, name: `one_of_waiting_${index}` }));
    await (await bench.start(store, many)).stop();
    let begun = 0;
    const renewed = many.map(({ name, tables, changesOf }) => ({
      ...{ name, version: 2, tables, changesOf },
      get ddl() {
        begun += 1;
        return tally.ddl;
      },
    }));
    await (await bench.start(store, renewed)).stop();
    expect(begun).toBeLessThanOrEqual(2);
  });
});
