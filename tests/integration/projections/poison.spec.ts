import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RecordedEvent } from '../../../src/application/ports/event-store.js';
import type { Projection } from '../../../src/infrastructure/projections/projection.js';
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
  it('is parked with the later events of its stream, and the other streams go on', async () => {
    let broken = true;
    const store = new RecordedEventStore(threeStreams());
    const projection = fragile('parking', () => {
      if (broken) throw new TypeError('cannot read what is not there');
    });
    const running = await bench.start(store, [projection], { batchMax: 5 });
    expect(await running.reached(12n, 5_000)).toBe(true);
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
    expect(await running.retryParked('parking')).toBe(0);
    store.add(recorded('thing-b', 4n, 13n));
    expect(await running.reached(13n, 5_000)).toBe(true);
    expect(await bench.rows('select events from read_parking.tally order by stream')).toEqual(
      all([4n, 5n, 4n]),
    );
    expect((await running.rebuild('parking', { swap: false }))?.difference_count).toBe(0n);
    await running.stop();
  });

  it('does not hold up another projection', async () => {
    const store = new RecordedEventStore(threeStreams());
    const projection = fragile('holding', () => {
      throw new Error('always');
    });
    const running = await bench.start(store, [projection, { ...tally, name: 'healthy' }]);
    expect(await running.reached(12n, 5_000)).toBe(true);
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
    expect(await running.reached(12n, 5_000)).toBe(true);
    expect(await bench.rows('select events from read_refused.tally order by stream')).toEqual(
      all([4n, 2n, 4n]),
    );
    expect((await running.parked('refused')).map(({ position }) => position)).toEqual([8n, 11n]);
    // A second event whose first one never came: its row is missing.
    store.add(recorded('thing-z', 1n, 13n));
    expect(await running.reached(13n, 5_000)).toBe(true);
    expect((await running.parked('refused')).at(-1)).toMatchObject({ stream: 'thing-z', position: 13n });
    await running.stop();
  });

  it('may be one whose statement never ends', async () => {
    const store = new RecordedEventStore(threeStreams());
    const endless: Projection = {
      ...tally,
      name: 'endless',
      ddl: `create table tally (stream text primary key, events bigint not null, last bigint not null);
            create function wait() returns trigger language plpgsql as $$ begin perform pg_sleep(60); return new; end $$;
            create trigger wait before update on tally
              for each row when (new.stream = 'thing-b' and new.events = 2) execute function wait();`,
    };
    const running = await bench.start(store, [endless], { statementTimeoutMs: 150, batchMax: 3 });
    expect(await running.reached(12n, 8_000)).toBe(true);
    expect(await bench.rows('select events from read_endless.tally order by stream')).toEqual(
      all([4n, 1n, 4n]),
    );
    expect((await running.parked('endless'))[0]?.error).toMatch(/statement timeout/);
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
    expect(await running.reached(12n, 10_000)).toBe(true);
    expect(await running.parked('cut_off')).toEqual([]);
    expect(await bench.rows('select events from read_cut_off.tally order by stream')).toEqual(
      all([4n, 4n, 4n]),
    );
    await running.stop();
  });
});
