import { setTimeout as sleep } from 'node:timers/promises';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AppendOutcomeUnknown, EventStoreUnavailable } from '../../../src/application/ports/event-store.js';
import { EventStoreDbEventStore } from '../../../src/infrastructure/event-store/eventstoredb-event-store.js';
import { appended, newEvent, newEvents, newStream, readToEnd } from '../../contract/event-store.contract.js';
import { systemEvent } from '../../support/eventstore-stand-in/log.js';
import type { EventStoreStandIn } from '../../support/eventstore-stand-in/server.js';
import { startEventStoreStandIn } from '../../support/eventstore-stand-in/server.js';
import { eventually } from '../../support/eventually.js';
import { silentLogger } from '../../support/postgres.js';

describe('the EventStoreDB event store under faults', () => {
  let standIn: EventStoreStandIn;
  /** Waits for longer than a loaded machine takes. */
  let store: EventStoreDbEventStore;
  const others: EventStoreDbEventStore[] = [];

  /** For what happens when an answer is not waited for any longer. */
  function storeThatWaits(timeoutMs: number): EventStoreDbEventStore {
    const { connectionString } = standIn;
    const other = new EventStoreDbEventStore({ connectionString, logger: silentLogger, timeoutMs });
    others.push(other);
    return other;
  }

  beforeEach(async () => {
    standIn = await startEventStoreStandIn();
    const { connectionString } = standIn;
    store = new EventStoreDbEventStore({
      connectionString,
      logger: silentLogger,
      timeoutMs: 20_000,
      livenessMs: 300,
    });
  });
  afterEach(async () => {
    await Promise.all([store, ...others.splice(0)].map((each) => each.close()));
    await standIn.close();
  });

  it('appends once when an answer is lost after the work, and says that it was not a repeat', async () => {
    for (const expected of ['no_stream', 'any'] as const) {
      const stream = newStream();
      standIn.faults.onAppends({ kind: 'answer_lost' });
      expect(appended(await store.append(stream, expected, newEvents(3)))).toMatchObject({
        revision: 2n,
        repeated: false,
      });
      expect(standIn.log.stream(stream)).toHaveLength(3);
    }
  });

  it('appends once when the server does the work and never answers', async () => {
    const stream = newStream();
    standIn.faults.onAppends({ kind: 'never_answered' });
    const events = newEvents(2);
    const hasty = storeThatWaits(1_000);
    expect(appended(await hasty.append(stream, 'no_stream', events)).revision).toBe(1n);
    expect(standIn.log.stream(stream).map(({ id }) => id)).toEqual(events.map(({ id }) => id));
  });

  it('F18: tries again what was refused before any work, and follows to the leader', async () => {
    const leaderPort = Number(new URL(standIn.connectionString.replace('esdb', 'http')).port);
    standIn.faults.onAppends({ kind: 'unavailable' }, { kind: 'not_leader', leaderPort });
    const stream = newStream();
    expect(appended(await store.append(stream, 'no_stream', newEvents(1))).revision).toBe(0n);
  });

  it('calls the outcome unknown when every try went unanswered, and recognises the append later', async () => {
    standIn.faults.onAppends(...Array.from({ length: 3 }, () => ({ kind: 'never_answered' }) as const));
    const stream = newStream();
    const events = newEvents(2);
    const hasty = storeThatWaits(400);
    await expect(hasty.append(stream, 'no_stream', events)).rejects.toThrow(AppendOutcomeUnknown);
    expect(appended(await store.append(stream, 'no_stream', events))).toMatchObject({
      revision: 1n,
      repeated: true,
    });
  });

  it('F18: says unavailable soon when no server is there, and serves again when it is back', async () => {
    const hasty = storeThatWaits(1_000);
    // On a busy machine even a server that is there may take longer.
    const served = <T>(ask: () => Promise<T>) =>
      eventually(
        () => ask().catch(() => undefined),
        (answer) => answer !== undefined,
      );
    const [first, second] = [newStream(), newStream()];
    const [before, after] = [newEvents(1), newEvents(1)];
    await served(() => hasty.append(first, 'no_stream', before));
    await standIn.restart(async () => {
      await expect(hasty.append(newStream(), 'no_stream', [newEvent()])).rejects.toThrow(
        EventStoreUnavailable,
      );
      await expect(hasty.readAll(0n, 10)).rejects.toThrow(EventStoreUnavailable);
    });
    expect(await served(() => hasty.append(second, 'no_stream', after))).toMatchObject({ revision: 0n });
    expect(await served(() => hasty.readAll(0n, 10))).toHaveLength(2);
  });

  it('refuses an append that comes after it was closed', async () => {
    const closed = storeThatWaits(1_000);
    await closed.append(newStream(), 'no_stream', newEvents(1));
    await closed.close();
    const late = closed.append(newStream(), 'no_stream', newEvents(1));
    await expect(late).rejects.toThrow(EventStoreUnavailable);
  });

  it('fails a read that breaks off, and gives none of its part', async () => {
    const stream = newStream();
    await store.append(stream, 'no_stream', newEvents(10));
    standIn.faults.cutNextReadAfter(4);
    await expect(store.readStream(stream)).rejects.toThrow(EventStoreUnavailable);
    expect(await store.readStream(stream)).toHaveLength(10);
  });

  it('F18: goes on with a subscription that is cut, and over a restart', async () => {
    const ending = new AbortController();
    const ids: string[] = [];
    const following = (async () => {
      for await (const batch of store.subscribe(0n, { signal: ending.signal, batchMax: 4 })) {
        ids.push(...batch.map(({ id }) => id));
      }
    })();
    const written: string[] = [];
    for (let turn = 0; turn < 24; turn += 1) {
      const events = newEvents(3);
      written.push(...events.map(({ id }) => id));
      await store.append(newStream(), 'no_stream', events);
      if (turn % 6 === 1) standIn.faults.cutSubscriptions();
      if (turn === 15) await standIn.restart(() => sleep(200));
    }
    await eventually(
      async () => ids.length,
      (count) => count >= written.length,
    );
    ending.abort();
    await following;
    expect(ids).toEqual(written);
  });

  it('F18: finds out by itself that a subscription has fallen silent', async () => {
    const ending = new AbortController();
    const batches = store.subscribe(0n, { signal: ending.signal, batchMax: 4 });
    await store.append(newStream(), 'no_stream', newEvents(1));
    await batches.next();
    standIn.faults.silencedSubscriptions += 1;
    const [event] = newEvents(1);
    await store.append(newStream(), 'no_stream', event === undefined ? [] : [event]);
    const { value } = await batches.next();
    expect(value).toMatchObject([{ id: event?.id }]);
    ending.abort();
  });

  it('leaves out what is not ours: events of the server and of other programs', async () => {
    const own = newEvent();
    standIn.log.append('$stats', 'any', [systemEvent('$statsCollected')]);
    standIn.log.append('order-1', 'any', [systemEvent('OrderPlaced')]);
    const { position } = appended(await store.append(newStream(), 'any', [own]));
    for (let n = 0; n < 20; n += 1) standIn.log.append('$stats', 'any', [systemEvent('$statsCollected')]);
    expect((await store.readAll(0n, 1)).map(({ id }) => id)).toEqual([own.id]);
    expect(await store.head()).toBe(position);
  });

  it('reads on behind each event of an append of several, wherever a page ends', async () => {
    for (let turn = 0; turn < 4; turn += 1) await store.append(newStream(), 'no_stream', newEvents(5));
    const all = (await readToEnd(store, 0n)).map(({ id }) => id);
    expect(all).toHaveLength(20);
    for (const limit of [1, 2, 3, 7]) {
      expect((await readToEnd(store, 0n, limit)).map(({ id }) => id)).toEqual(all);
    }
  });

  it('F19: is out of reach of another client whose stream of batch appends breaks', async () => {
    const { connectionString } = standIn;
    const other = EventStoreDBClient.connectionString(connectionString);
    Object.assign(other, { supports: () => Promise.resolve(true) });
    standIn.faults.batchAnswersHeld = true;
    const unanswered = newStream();
    const hanging = other.appendToStream(unanswered, jsonEvent({ type: 'OrderPlaced', data: {} }));
    const outcome = hanging.then(
      () => 'appended',
      () => 'rejected',
    );
    await eventually(
      async () => standIn.log.stream(unanswered).length,
      (count) => count === 1,
    );
    standIn.faults.onAppends(...Array.from({ length: 20 }, () => ({ kind: 'delayed', ms: 100 }) as const));
    const appends = Promise.all(
      Array.from({ length: 20 }, () => store.append(newStream(), 'no_stream', newEvents(2))),
    );
    standIn.faults.failOneBatchStream();
    for (const result of await appends)
      expect(appended(result)).toMatchObject({ revision: 1n, repeated: false });
    expect(await outcome).toBe('rejected');
    await Promise.race([other.dispose(), sleep(200)]);
  });
});
