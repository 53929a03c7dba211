import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RecordedEvent } from '../../../src/application/ports/event-store.js';
import { EventStoreUnavailable } from '../../../src/application/ports/event-store.js';
import { advisoryLocks } from '../../../src/infrastructure/postgres/advisory-locks.js';
import type { Projection } from '../../../src/infrastructure/projections/projection.js';
import { paymentsProjection } from '../../../src/infrastructure/read-models/payments.js';
import { collectGarbage } from '../../support/collect-garbage.js';
import { eventually } from '../../support/eventually.js';
import { created, paymentId } from '../../support/payment-examples.js';
import { RecordedEventStore } from './recorded-event-store.js';
import type { Bench } from './support.js';
import { openBench, recorded, recordedPayment, tally } from './support.js';
import { syntheticLog } from './synthetic-payments.js';

/** What `tally` must show after these events. */
function tallied(events: readonly RecordedEvent[]) {
  const counts = new Map<string, bigint>();
  for (const { stream } of events) counts.set(stream, (counts.get(stream) ?? 0n) + 1n);
  return [...counts].map(([stream, count]) => ({ stream, events: count, last: count - 1n })).sort(byStream);
}

function byStream(a: { stream: string }, b: { stream: string }): number {
  return a.stream < b.stream ? -1 : 1;
}

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

describe('A projection', () => {
  it('begins with a store that is slow to answer while the process starts', async () => {
    const store = new RecordedEventStore();
    store.add(...syntheticLog(20));
    const head = store.head.bind(store);
    let refused = 0;
    store.head = () => {
      refused += 1;
      return refused > 2 ? head() : Promise.reject(new EventStoreUnavailable('cannot connect: timeout'));
    };
    const running = await bench.start(store, [{ ...tally, name: 'late' }]);
    expect(refused).toBeGreaterThan(2);
    expect(await running.reached(await head(), 20_000)).toBe(true);
    await running.stop();
  });

  it('F28: applies every event once while two processes run it and connections are killed under them', async () => {
    const log = [...syntheticLog(2_000)];
    const store = new RecordedEventStore();
    // Stands still in the middle of a batch for as long as the test wants.
    const slow: Projection = {
      ...tally,
      ddl: `${tally.ddl};
        create function linger() returns trigger language plpgsql as $$ begin
          perform pg_advisory_xact_lock_shared(1); return null; end $$;
        create trigger linger after insert or update on tally for each statement execute function linger();`,
    };
    const options = { batchMax: 197, applicationName: 'killed' };
    const first = await bench.start(store, [slow], options);
    const second = await bench.start(store, [slow], options);
    const gate = await bench.pool.connect();
    const kill = (which: string) =>
      bench.rows(`select pg_terminate_backend(pid) from pg_stat_activity
                  where application_name = 'killed' and datname = current_database() and ${which}`);
    for (let start = 0; start < log.length; start += 300) {
      const inTheMiddle = start % 1_200 === 0;
      if (inTheMiddle) await gate.query('select pg_advisory_lock(1)');
      store.add(...log.slice(start, start + 300));
      if (inTheMiddle) {
        await eventually(
          () => kill(`wait_event = 'advisory'`),
          (killed) => killed.length > 0,
        );
        await gate.query('select pg_advisory_unlock(1)');
      } else {
        await sleep(10);
        await kill(`state = 'active'`);
      }
    }
    gate.release();
    expect(await first.reached(BigInt(log.length), 25_000)).toBe(true);
    expect(await bench.rows('select * from read_tally.tally order by stream collate "C"')).toEqual(
      tallied(log),
    );
    await Promise.all([first.stop(), second.stop()]);
  });

  it('F28: applies every event once when connections break at the checkpoint', async () => {
    const log = [...syntheticLog(500)];
    const store = new RecordedEventStore(log);
    await bench.rows(`create function break_off() returns trigger language plpgsql as $$ begin
      if new.name = 'breaking' and random() < 0.3 then perform pg_terminate_backend(pg_backend_pid()); end if;
      return new; end $$`);
    await bench.rows(`create trigger break_off before update on counterfoil.projections
      for each row execute function break_off()`);
    const running = await bench.start(store, [{ ...tally, name: 'breaking' }], { batchMax: 300 });
    expect(await running.reached(BigInt(log.length), 20_000)).toBe(true);
    await bench.rows('drop trigger break_off on counterfoil.projections');
    expect(await bench.rows('select * from read_breaking.tally order by stream collate "C"')).toEqual(
      tallied(log),
    );
    expect(await running.parked('breaking')).toEqual([]);
    await running.stop();
  });

  it('is taken over by a process that stands by', async () => {
    const store = new RecordedEventStore([recorded('thing-1', 0n, 1n)]);
    const appliers: string[] = [];
    const watchedBy = (process: string): Projection => ({
      ...tally,
      name: 'taken_over',
      changesOf(event) {
        appliers.push(process);
        return tally.changesOf(event);
      },
    });
    const processes = {
      first: await bench.start(store, [watchedBy('first')]),
      second: await bench.start(store, [watchedBy('second')]),
    };
    for (let revision = 1n; revision < 4n; revision += 1n) {
      store.add(recorded('thing-1', revision, revision + 1n));
      await processes.first.reached(revision + 1n, 20_000);
      await sleep(200);
    }
    const [active, standby] =
      appliers.at(-1) === 'first' ? [processes.first, processes.second] : [processes.second, processes.first];
    await active.stop();
    store.add(recorded('thing-1', 4n, 5n));
    expect(await standby.reached(5n, 20_000)).toBe(true);
    expect(new Set(appliers).size).toBe(2);
    await standby.stop();
    expect(await bench.rows('select events from read_taken_over.tally')).toEqual([{ events: 5n }]);
  });

  it('starts while another process is busy appending', async () => {
    const appending = await bench.pool.connect();
    await appending.query('begin');
    await appending.query('select pg_advisory_xact_lock($1)', [advisoryLocks.append]);
    const starting = bench.start(new RecordedEventStore(), [{ ...tally, name: 'starting' }]);
    expect(await Promise.race([starting.then(() => 'started'), sleep(60_000, 'waits', { ref: false })])).toBe(
      'started',
    );
    await appending.query('rollback');
    appending.release();
    await (await starting).stop();
  });

  it('does nothing with a batch that was applied before', async () => {
    const store = new RecordedEventStore([recorded('thing-1', 0n, 1n), recorded('thing-1', 1n, 2n)]);
    const again = { ...tally, name: 'again' };
    const first = await bench.start(store, [again]);
    await first.reached(2n, 20_000);
    await first.stop();
    const second = await bench.start(store, [again]);
    expect(await second.reached(2n, 20_000)).toBe(true);
    await sleep(100);
    await second.stop();
    expect(await bench.rows('select events from read_again.tally')).toEqual([{ events: 2n }]);
  });

  it('passes many events that mean nothing to it with few transactions, and none is left behind', async () => {
    await bench.rows(`create sequence public.moves minvalue 0 start 0;
      create function public.count_moves() returns trigger language plpgsql as $$ begin
        if new.name = 'deaf' then perform nextval('public.moves'); end if; return null; end $$;
      create trigger count_moves after update on counterfoil.projections
        for each row execute function public.count_moves()`);
    const deaf: Projection = {
      ...tally,
      name: 'deaf',
      changesOf: (event) => (event.stream === 'thing-1' ? tally.changesOf(event) : []),
    };
    const ofOthers = Array.from({ length: 60 }, (_, n) => recorded(`other-${n}`, 0n, BigInt(n) + 1n));
    const store = new RecordedEventStore(ofOthers);
    const running = await bench.start(store, [deaf], { batchMax: 1 });
    expect(await running.reached(60n, 20_000)).toBe(true);
    // Nothing follows, and the checkpoint comes all the same.
    await eventually(
      async () => (await running.status())[0]?.position,
      (position) => position === 60n,
    );
    const [made] = await bench.rows(`select nextval('public.moves')::int as moves`);
    expect(made?.['moves']).toBeLessThan(30);

    store.add(recorded('other-60', 0n, 61n), recorded('thing-1', 0n, 62n), recorded('other-61', 0n, 63n));
    expect(await running.reached(63n, 20_000)).toBe(true);
    await running.stop();
    expect(await bench.rows(`select position from counterfoil.projections where name = 'deaf'`)).toEqual([
      { position: 63n },
    ]);
    expect(await bench.rows('select events from read_deaf.tally')).toEqual([{ events: 1n }]);
  });

  it('writes a batch when no other of the process is at one, and begins none while it stops', async () => {
    const store = new RecordedEventStore();
    const gated = (name: string): Projection => ({
      ...tally,
      name,
      ddl: `${tally.ddl};
        create function stop_here() returns trigger language plpgsql as $$ begin
          perform pg_advisory_xact_lock_shared(2); return null; end $$;
        create trigger stop_here after insert on tally for each statement execute function stop_here();`,
    });
    const names = ['first', 'second', 'third'];
    const running = await bench.start(store, names.map(gated), { applicationName: 'in turn' });
    const gate = await bench.pool.connect();
    await gate.query('select pg_advisory_lock(2)');
    store.add(recorded('thing-1', 0n, 1n));
    const atTheGate = () =>
      bench.rows(
        `select from pg_stat_activity where application_name = 'in turn' and wait_event = 'advisory'`,
      );
    await eventually(atTheGate, (waiting) => waiting.length > 0);
    await sleep(300);
    expect(await atTheGate()).toHaveLength(1);
    const stopped = running.stop();
    await gate.query('select pg_advisory_unlock(2)');
    gate.release();
    await stopped;
    const written = () =>
      bench.rows(names.map((name) => `select from read_${name}.tally`).join(' union all '));
    expect(await written()).toHaveLength(1);
    const next = await bench.start(store, names.map(gated));
    expect(await next.reached(1n, 20_000)).toBe(true);
    expect(await written()).toHaveLength(3);
    await next.stop();
  });

  it('F31: skips and counts what this version does not know', async () => {
    const [known] = recordedPayment(paymentId, [created]);
    const store = new RecordedEventStore([
      ...(known === undefined ? [] : [known]),
      recorded('payment-pay_x', 0n, 2n, { type: 'PaymentTeleported' }),
      recorded('spaceship-1', 0n, 3n),
    ]);
    const running = await bench.start(store, [paymentsProjection]);
    expect(await running.reached(3n, 20_000)).toBe(true);
    expect(await running.status()).toEqual([
      expect.objectContaining({ name: 'payments', position: 3n, skipped_events: 2n, parked_events: 0 }),
    ]);
    expect(await bench.rows('select id from read_payments.payments')).toEqual([{ id: paymentId }]);
    await running.stop();
  });

  it('says how old the oldest unapplied event is, also of a projection that another process should run', async () => {
    const store = new RecordedEventStore();
    const lagging = { ...tally, name: 'lagging' };
    const running = await bench.start(store, [lagging]);
    await bench.start(new RecordedEventStore(), [lagging]);
    expect(running.lagMs()).toBe(0);
    const client = await bench.pool.connect();
    await client.query('begin');
    await client.query(`select 1 from counterfoil.projections where name = 'lagging' for update`);
    const recordedAt = new Date(Date.now() - 5_000).toISOString() as RecordedEvent['recordedAt'];
    store.add(recorded('thing-1', 0n, 1n, { recordedAt }));
    const lag = await eventually(
      async () => running.lagMs(),
      (ms) => ms > 0,
    );
    expect(lag).toBeGreaterThanOrEqual(5_000);
    expect(await running.reached(1n, 100)).toBe(false);
    await client.query('rollback');
    client.release();
    expect(await running.reached(1n, 20_000)).toBe(true);
    await eventually(
      async () => running.lagMs(),
      (ms) => ms === 0,
    );
    await running.stop();
  });

  it('moves past what means nothing to it, also when memory is cleaned up meanwhile', async () => {
    const store = new RecordedEventStore();
    const names = ['idle_1', 'idle_2', 'idle_3'];
    const running = await bench.start(
      store,
      names.map((name) => ({ ...tally, name, changesOf: () => [] })),
    );
    for (let position = 1n; position <= 2n; position += 1n) {
      store.add(recorded('thing-1', position - 1n, position));
      await eventually(
        async () => {
          collectGarbage();
          return bench.rows(
            `select from counterfoil.projections where name like 'idle_%' and position < $1`,
            [position],
          );
        },
        (behind) => behind.length === 0,
        10_000,
      );
    }
    await running.stop();
  });

  it('shares what is read of the log with the others that keep up', async () => {
    const log = [...syntheticLog(60)];
    const store = new RecordedEventStore();
    const names = ['one', 'two', 'three', 'four'];
    const running = await bench.start(
      store,
      names.map((name) => ({ ...tally, name })),
    );
    const steps = 20;
    const size = Math.ceil(log.length / steps);
    for (let start = 0; start < log.length; start += size) {
      store.add(...log.slice(start, start + size));
      expect(await running.reached(await store.head(), 20_000)).toBe(true);
    }
    // Each on its own, they would read it four times.
    expect(store.reads).toBeLessThan(steps * 2);
    await running.stop();
  });
});
