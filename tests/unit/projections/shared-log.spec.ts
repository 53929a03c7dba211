import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, jest } from '@jest/globals';
import { SharedLog } from '../../../src/infrastructure/projections/shared-log.js';
import { InMemoryEventStore } from '../../support/in-memory-event-store.js';
import { silentLogger } from '../../support/postgres.js';

const metadata = { commandId: 'c', correlationId: 'c', causationId: 'c', reason: null } as const;
const actor = { kind: 'system', id: 'test' } as const;

describe('the log that projections share', () => {
  it('waits before it opens a subscription again that ended by itself, as those of a closed store do', async () => {
    let opened = 0;
    class ClosedStore extends InMemoryEventStore {
      // biome-ignore lint/correctness/useYield: a subscription that brings nothing is what the test is about.
      override async *subscribe(): AsyncGenerator<never, void, undefined> {
        opened += 1;
        // Without a wait nothing else in the process would run any more, this test included.
        if (opened > 1_000) throw new Error('opened again and again');
      }
    }
    const log = new SharedLog({ store: new ClosedStore(), logger: silentLogger, batchMax: 10 });
    const asking = new AbortController();
    const next = log.next(0n, asking.signal);
    await sleep(50);
    asking.abort();
    expect(await next).toBeUndefined();
    await log.close();
    // Once; on a machine where the moment took seconds, once more for each of them.
    expect(opened).toBeLessThan(100);
  });

  it('wakes one after the other, and lets the process see to what else there is in between', async () => {
    const store = new InMemoryEventStore();
    const log = new SharedLog({ store, logger: silentLogger, batchMax: 10 });
    const asking = new AbortController();
    let turn = 0;
    const count = (): void => {
      turn += 1;
      if (!asking.signal.aborted) setImmediate(count);
    };
    const follow = async (): Promise<number> => {
      await log.next(0n, asking.signal);
      return turn;
    };
    const followers = Promise.all([follow(), follow(), follow()]);
    await sleep(50);
    count();
    const event = { id: 'x', type: 'Happened', data: {}, metadata: { ...metadata, actor } };
    await store.append('thing-1', 'no_stream', [event]);
    const turns = await followers;
    asking.abort();
    await log.close();
    expect(new Set(turns).size).toBe(3);
  });

  it('gives what is left to read to whoever stands behind the others, though nothing more is appended', async () => {
    const store = new InMemoryEventStore();
    const events = ['a', 'b'].map((id) => ({
      id,
      type: 'Happened',
      data: {},
      metadata: { ...metadata, actor },
    }));
    await store.append('thing-1', 'no_stream', events);
    const log = new SharedLog({ store, logger: silentLogger, batchMax: 10 });
    const asking = new AbortController();
    // As after a restart: a read model is at the head already, and the policies are not.
    const atHead = log.next(2n, asking.signal);
    await sleep(50);
    const patience = new AbortController();
    const giveUp = setTimeout(() => patience.abort(), 30_000);
    const behind = await log.next(1n, patience.signal);
    clearTimeout(giveUp);
    asking.abort();
    await atHead;
    await log.close();
    expect(behind?.map(({ id }) => id)).toEqual(['b']);
  });

  it('looks at a log that rests once for all who wait, whenever each of them began to', async () => {
    jest.useFakeTimers();
    let looks = 0;
    class CountingStore extends InMemoryEventStore {
      override readAll(...asked: Parameters<InMemoryEventStore['readAll']>) {
        looks += 1;
        return super.readAll(...asked);
      }
      // biome-ignore lint/correctness/useYield: a subscription that is broken without telling brings nothing.
      override async *subscribe(): AsyncGenerator<never, void, undefined> {
        if (!asking.signal.aborted) await once(asking.signal, 'abort');
      }
    }
    const asking = new AbortController();
    const store = new CountingStore();
    const log = new SharedLog({ store, logger: silentLogger, batchMax: 10 });
    const waiting: Promise<unknown>[] = [];
    for (let n = 0; n < 8; n += 1) {
      waiting.push(log.next(0n, asking.signal));
      await jest.advanceTimersByTimeAsync(20);
    }
    const before = looks;
    await jest.advanceTimersByTimeAsync(1_500);
    expect(looks - before).toBe(1);
    // What the subscription does not tell is found by looking.
    const event = { id: 'x', type: 'Happened', data: {}, metadata: { ...metadata, actor } };
    await store.append('thing-1', 'no_stream', [event]);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(await Promise.all(waiting)).toHaveLength(8);
    jest.useRealTimers();
    asking.abort();
    await log.close();
  });
});
