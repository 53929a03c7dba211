import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { SharedLog } from '../../../src/infrastructure/projections/shared-log.js';
import { InMemoryEventStore } from '../../support/in-memory-event-store.js';
import { silentLogger } from '../../support/postgres.js';

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
    expect(opened).toBe(1);
  });
});
