import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { RecordedEvent } from '../../../src/application/ports/event-store.js';
import { createEventCodec } from '../../../src/application/shared/event-codec.js';
import type { Projection } from '../../../src/infrastructure/projections/projection.js';
import { eventually, eventuallyHolds } from '../../support/eventually.js';
import { RecordedEventStore } from './recorded-event-store.js';
import type { Bench } from './support.js';
import { openBench, recorded, tally } from './support.js';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

/** Three streams of four events each, taking turns. */
function threeStreams(): readonly RecordedEvent[] {
  return [0, 1, 2, 3].flatMap((revision) =>
    ['thing-a', 'thing-b', 'thing-c'].map((stream, index) =>
      recorded(stream as RecordedEvent['stream'], BigInt(revision), BigInt(revision * 3 + index + 1)),
    ),
  );
}

/** The tally that fails on the second event of stream b for as long as `broken` says. */
function fragile(name: string, fail: () => void): Projection {
  return {
    ...tally,
    name,
    changesOf(event) {
      if (event.stream === 'thing-b' && event.revision === 1n) fail();
      return tally.changesOf(event);
    },
  };
}

const all = (counts: readonly bigint[]) => counts.map((events) => ({ events }));

describe('An event that cannot be applied', () => {
  it('F29: is parked with the later events of its stream, and the other streams go on', async () => {
    let broken = true;
    const store = new RecordedEventStore(threeStreams());
    const projection = fragile('parking', () => {
      if (broken) throw new TypeError('cannot read what is not there');
    });
    const running = await bench.start(store, [projection], { batchMax: 5 });
    expect(await running.reached(12n, 20_000)).toBe(true);
    expect(await bench.rows('select events from read_parking.tally order by stream')).toEqual(
      all([4n, 1n, 4n]),
    );
    expect(await running.status()).toEqual([
      expect.objectContaining({ name: 'parking', position: 12n, parked_streams: 1, parked_events: 3 }),
    ]);
    const parked = await running.parked('parking');
    expect(parked.map(({ position, stream, error }) => [position, stream, error])).toEqual([
      [5n, 'thing-b', 'TypeError: cannot read what is not there'],
      [8n, 'thing-b', 'an earlier event of this stream is parked'],
      [11n, 'thing-b', 'an earlier event of this stream is parked'],
    ]);

    expect(await running.retryParked('parking')).toBe(3);
    broken = false;
    // Tables of another version are another program's to write.
    await bench.rows(`update counterfoil.projections set version = 2 where name = 'parking'`);
    expect(await running.retryParked('parking')).toBe(3);
    await bench.rows(`update counterfoil.projections set version = 1 where name = 'parking'`);
    expect(await running.retryParked('parking')).toBe(0);
    store.add(recorded('thing-b', 4n, 13n));
    expect(await running.reached(13n, 20_000)).toBe(true);
    expect(await bench.rows('select events from read_parking.tally order by stream')).toEqual(
      all([4n, 5n, 4n]),
    );
    expect((await running.rebuild('parking', { swap: false }))?.difference_count).toBe(0n);
    await running.stop();
  });

  it('F29: does not hold up another projection', async () => {
    const store = new RecordedEventStore(threeStreams());
    const projection = fragile('holding', () => {
      throw new Error('always');
    });
    const running = await bench.start(store, [projection, { ...tally, name: 'healthy' }]);
    expect(await running.reached(12n, 20_000)).toBe(true);
    expect(await bench.rows('select events from read_healthy.tally order by stream')).toEqual(
      all([4n, 4n, 4n]),
    );
    await running.stop();
  });

  it('may be a row that the database refuses, or one that is not there', async () => {
    const store = new RecordedEventStore(threeStreams());
    const refused: Projection = {
      ...tally,
      name: 'refused',
      ddl: `create table tally (stream text primary key, events bigint not null check (stream <> 'thing-b' or events < 3),
              last bigint not null)`,
    };
    const running = await bench.start(store, [refused]);
    expect(await running.reached(12n, 20_000)).toBe(true);
    expect(await bench.rows('select events from read_refused.tally order by stream')).toEqual(
      all([4n, 2n, 4n]),
    );
    expect((await running.parked('refused')).map(({ position }) => position)).toEqual([8n, 11n]);
    // A second event whose first one never came: its row is missing.
    store.add(recorded('thing-z', 1n, 13n));
    expect(await running.reached(13n, 20_000)).toBe(true);
    expect((await running.parked('refused')).at(-1)).toMatchObject({ stream: 'thing-z', position: 13n });
    await running.stop();
  });

  it('F29: may be one whose statement never ends', async () => {
    const store = new RecordedEventStore(threeStreams());
    const endless: Projection = {
      ...tally,
      name: 'endless',
      ddl: `create table tally (stream text primary key, events bigint not null, last bigint not null);
            create function wait() returns trigger language plpgsql as $$ begin perform pg_sleep(60); return new; end $$;
            create trigger wait before update on tally
              for each row when (new.stream = 'thing-b' and new.events = 2) execute function wait();`,
    };
    const running = await bench.start(store, [endless], { statementTimeoutMs: 1_000, batchMax: 3 });
    expect(await running.reached(12n, 20_000)).toBe(true);
    // On a busy machine others run into the limit as well, and are tried again.
    await eventuallyHolds(async () =>
      expect(await bench.rows('select events from read_endless.tally order by stream')).toEqual(
        all([4n, 1n, 4n]),
      ),
    );
    expect((await running.parked('endless'))[0]?.error).toMatch(/statement timeout/);
    await running.stop();
  });

  it('holds up another projection no longer than its two tries with all events at once', async () => {
    const endless: Projection = {
      ...tally,
      name: 'lingering',
      ddl: `create table tally (stream text primary key, events bigint not null, last bigint not null);
            create sequence tries;
            create function wait() returns trigger language plpgsql as $$
              begin perform nextval('read_lingering.tries'), pg_sleep(60); return new; end $$;
            create trigger wait before insert on tally for each row execute function wait();`,
    };
    const store = new RecordedEventStore();
    const others = { ...tally, name: 'quick' };
    const running = await bench.start(store, [endless, others], { statementTimeoutMs: 1_000 });
    store.add(
      ...Array.from({ length: 9 }, (_event, index) => recorded(`thing-${index}`, 0n, BigInt(index + 1))),
    );
    await eventually(
      () => bench.rows('select last_value from read_lingering.tries'),
      ([tries]) => Number(tries?.['last_value']) > 2,
    );
    store.add(recorded('thing-late', 0n, 10n));
    await eventually(
      () => bench.rows(`select from read_quick.tally where stream = 'thing-late'`),
      (rows) => rows.length === 1,
    );
    // Each of its nine events takes a second, and nothing of them is committed before the last.
    const checkpoints = await bench.rows(
      `select position from counterfoil.projections where name = 'lingering'`,
    );
    expect(checkpoints).toEqual([{ position: 0n }]);
    const stopped = running.stop();
    await bench.rows(`select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'`);
    await stopped;
  });

  it('is tried again by itself when its statement was only cancelled, and counts as lag until then', async () => {
    const store = new RecordedEventStore(threeStreams());
    const tried: string[] = [];
    const locked: Projection = {
      ...tally,
      name: 'locked',
      // Holds up inserts of one stream for as long as a test holds the lock, and refuses those of another for good.
      ddl: `${tally.ddl};
            create function stall() returns trigger language plpgsql as $$ begin
              if new.stream = 'thing-a' then raise check_violation; end if;
              perform pg_advisory_xact_lock_shared(1); return new; end $$;
            create trigger stall before insert on tally
              for each row when (new.stream <> 'thing-c') execute function stall();`,
      changesOf(event) {
        tried.push(event.id);
        return tally.changesOf(event);
      },
    };
    const blocker = await bench.pool.connect();
    await blocker.query('select pg_advisory_lock(1)');
    const running = await bench.start(store, [locked], { statementTimeoutMs: 500, retryParkedMs: 200 });
    expect(await running.reached(12n, 20_000)).toBe(true);
    await eventually(
      async () => running.lagMs(),
      (ms) => ms > 0,
    );
    await eventuallyHolds(async () =>
      expect((await running.status())[0]).toMatchObject({ parked_streams: 2, parked_events: 8 }),
    );
    expect((await running.parked('locked')).filter(({ retry_at }) => retry_at !== null)).toMatchObject([
      { stream: 'thing-b', position: 2n, error: expect.stringMatching(/statement timeout/) },
    ]);
    await blocker.query('select pg_advisory_unlock(1)');
    blocker.release();
    await eventually(
      () => running.parked('locked'),
      (parked) => parked.length === 4,
    );
    await eventually(
      async () => running.lagMs(),
      (ms) => ms === 0,
    );
    expect(await bench.rows('select stream, events from read_locked.tally order by stream')).toEqual([
      { stream: 'thing-b', events: 4n },
      { stream: 'thing-c', events: 4n },
    ]);
    // What no time mends waits for a person, and does not spoil the lag.
    const [refused] = await running.parked('locked');
    expect(refused).toMatchObject({ stream: 'thing-a', retry_at: null });
    const triedBefore = tried.filter((id) => id === refused?.event_id).length;
    await sleep(600);
    expect(tried.filter((id) => id === refused?.event_id)).toHaveLength(triedBefore);
    await running.stop();
  });

  it('F27: is tried again by itself when a newer process wrote it, which then applies what an older one parked', async () => {
    const store = new RecordedEventStore(threeStreams());
    const codec = createEventCodec({ Happened: z.strictObject({}) });
    const more = { type: 'Happened', data: { more: 1 } };
    const older = fragile('side', () => void codec.decode(more));
    const running = await bench.start(store, [older], { retryParkedMs: 200 });
    expect(await running.reached(12n, 20_000)).toBe(true);
    expect(await running.parked('side')).toHaveLength(3);
    await running.stop();
    const newer = await bench.start(store, [{ ...tally, name: 'side' }], { retryParkedMs: 200 });
    await eventually(
      () => newer.parked('side'),
      (parked) => parked.length === 0,
    );
    expect(await bench.rows('select events from read_side.tally')).toEqual(all([4n, 4n, 4n]));
    await newer.stop();
  });

  it('is tried again less and less often, and is poison to the lag once it has failed long enough', async () => {
    const store = new RecordedEventStore(threeStreams());
    const endless: Projection = {
      ...tally,
      name: 'forever',
      ddl: `${tally.ddl};
            create function wait() returns trigger language plpgsql as $$ begin perform pg_sleep(60); return new; end $$;
            create trigger wait before update on tally
              for each row when (new.stream = 'thing-b') execute function wait();`,
    };
    const startedAt = performance.now();
    const options = { batchMax: 3, statementTimeoutMs: 50, retryParkedMs: 20 };
    const running = await bench.start(store, [endless], options);
    const [{ retries } = { retries: 0 }] = await eventually(
      () =>
        bench.rows(`select retries from counterfoil.parked_events where projection = 'forever'
                        order by position limit 1`),
      ([first]) => Number(first?.['retries']) >= 8,
    );
    const pausesMs = 20 * (2 ** (Number(retries) - 1) - 1);
    expect(performance.now() - startedAt).toBeGreaterThan(pausesMs);
    // On a busy machine others run into the limit as well, and are tried again.
    await eventuallyHolds(async () => {
      expect((await running.parked('forever'))[0]?.retry_at).not.toBeNull();
      expect((await running.status())[0]).toMatchObject({ lag_ms: 0, parked_streams: 1, parked_events: 3 });
    });
    await running.stop();
  });

  it('stays parked when the log no longer holds it, and a retry says so', async () => {
    const store = new RecordedEventStore(threeStreams());
    let broken = true;
    const projection = fragile('lost', () => {
      if (broken) throw new Error('not yet');
    });
    const running = await bench.start(store, [projection]);
    expect(await running.reached(12n, 20_000)).toBe(true);
    broken = false;
    const lost = store.log.findIndex(({ position }) => position === 5n);
    store.log.splice(lost, 1);
    expect(await running.retryParked('lost')).toBe(3);
    expect((await running.parked('lost'))[0]).toMatchObject({ position: 5n, error: 'no longer in the log' });
    store.log.splice(lost);
    expect(await running.retryParked('lost')).toBe(3);
    await running.stop();
  });

  it('is no excuse for events that come while the database is away', async () => {
    const store = new RecordedEventStore();
    const running = await bench.start(store, [{ ...tally, name: 'cut_off' }], { applicationName: 'cut off' });
    const events = threeStreams();
    for (const event of events) {
      await bench.rows(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'cut off'`,
      );
      store.add(event);
    }
    expect(await running.reached(12n, 20_000)).toBe(true);
    expect(await running.parked('cut_off')).toEqual([]);
    expect(await bench.rows('select events from read_cut_off.tally order by stream')).toEqual(
      all([4n, 4n, 4n]),
    );
    await running.stop();
  });
});
