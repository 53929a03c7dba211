import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Position, RecordedEvent } from '../../../src/application/ports/event-store.js';
import { PostgresEventStore } from '../../../src/infrastructure/event-store/postgres-event-store.js';
import { unguarded } from '../../../src/infrastructure/resilience/store-breakers.js';
import { appended, newEvent, newEvents, newStream, readToEnd } from '../../contract/event-store.contract.js';
import { eventuallyHolds } from '../../support/eventually.js';
import type { TestDatabase } from '../../support/postgres.js';
import { createTestDatabase, silentLogger } from '../../support/postgres.js';

describe('who follows the log in the process that appends', () => {
  let database: TestDatabase;
  let store: PostgresEventStore;
  let other: PostgresEventStore;
  let ending: AbortController;
  let following: Promise<void>[] = [];
  let eventsRead = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());
  beforeEach(() => {
    const options = { connectionString: database.url, logger: silentLogger };
    // The answer of the driver; the head of the log comes in a row of one column.
    const counted = async <T>(query: () => Promise<T>): Promise<T> => {
      const answer = await query();
      eventsRead += (answer as { rows: unknown[][] }).rows.filter((row) => row.length > 1).length;
      return answer;
    };
    store = new PostgresEventStore({ ...options, guards: { appends: unguarded, reads: counted } });
    other = new PostgresEventStore(options);
    ending = new AbortController();
  });
  afterEach(async () => {
    ending.abort();
    await Promise.all(following);
    following = [];
    await Promise.all([store.close(), other.close()]);
  });

  /** What a follower has got so far; it asks for the next batch when `gate` has resolved. */
  function follow(from: PostgresEventStore, after: Position, gate = Promise.resolve()): RecordedEvent[] {
    const received: RecordedEvent[] = [];
    const { signal } = ending;
    const followed = async (): Promise<void> => {
      for await (const batch of from.subscribe(after, { signal, batchMax: 1_000 })) {
        received.push(...batch);
        await gate;
      }
    };
    following.push(followed());
    return received;
  }

  /** A follower that has got one event, and asks for more once `goOn` is called. */
  async function followSlowly() {
    const after = await store.head();
    let goOn = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const received = follow(store, after, gate);
    await store.append(newStream(), 'no_stream', newEvents(1));
    await eventuallyHolds(() => expect(received).toHaveLength(1));
    return { after, received, goOn };
  }

  it('gets what was appended there as the log has it, without reading it', async () => {
    const { after, received, goOn } = await followSlowly();
    const stream = newStream();
    await store.append(stream, 'no_stream', newEvents(3));
    await store.append(stream, 'any', newEvents(2));
    await store.append(stream, 4n, newEvents(15));
    eventsRead = 0;
    goOn();
    await eventuallyHolds(() => expect(received).toHaveLength(21));
    expect(eventsRead).toBe(0);
    expect(received).toStrictEqual(await readToEnd(store, after));
  });

  it('gets an append once that was made twice', async () => {
    const { after, received, goOn } = await followSlowly();
    const stream = newStream();
    const events = newEvents(2);
    await store.append(stream, 'no_stream', events);
    await store.append(stream, 'no_stream', events);
    goOn();
    await store.append(stream, 1n, newEvents(1));
    await eventuallyHolds(() => expect(received).toHaveLength(4));
    expect(received).toStrictEqual(await readToEnd(store, after));
  });

  it('gets what two processes append at once, whole and in order', async () => {
    const after = await store.head();
    const followers = [follow(store, after), follow(other, after)];
    let written = 0;
    const write = async (by: PostgresEventStore): Promise<void> => {
      for (let turn = 0; turn < 150; turn += 1) {
        const events = newEvents(randomInt(1, 5));
        appended(await by.append(newStream(), 'no_stream', events));
        written += events.length;
        if (turn % 10 === 0) await sleep(randomInt(0, 20));
      }
    };
    await Promise.all([store, store, store, other, other].map(write));
    const log = await readToEnd(store, after);
    expect(log).toHaveLength(written);
    for (const received of followers) {
      await eventuallyHolds(() => expect(received).toHaveLength(written));
      expect(received).toStrictEqual(log);
    }
  });

  it('gets all of it when it lags further behind than is held for it', async () => {
    const { after, received, goOn } = await followSlowly();
    const large = { note: 'x'.repeat(200_000) };
    for (let turn = 0; turn < 70; turn += 1) await store.append(newStream(), 'no_stream', newEvents(64));
    for (let turn = 0; turn < 45; turn += 1) await store.append(newStream(), 'no_stream', [newEvent(large)]);
    await store.append(newStream(), 'no_stream', newEvents(2));
    goOn();
    await eventuallyHolds(() => expect(received).toHaveLength(1 + 70 * 64 + 45 + 2));
    const log = await readToEnd(store, after);
    expect(received.map(({ position }) => position)).toEqual(log.map(({ position }) => position));
    expect(received.at(-1)).toEqual(log.at(-1));
  });
});
