import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v4 } from 'uuid';
import { z } from 'zod';
import type { RecordedEvent, StreamName } from '../../../src/application/ports/event-store.js';
import { createEventCodec } from '../../../src/application/shared/event-codec.js';
import type { Policy } from '../../../src/application/shared/policy.js';
import { becauseOf, createPolicy } from '../../../src/application/shared/policy.js';
import { PostgresLeases } from '../../../src/infrastructure/postgres/leases.js';
import { PostgresPolicyProgress } from '../../../src/infrastructure/postgres/policy-progress.js';
import { SharedLog } from '../../../src/infrastructure/projections/shared-log.js';
import { createPolicyWorker } from '../../../src/interfaces/worker/policy-worker.js';
import { eventuallyHolds } from '../../support/eventually.js';
import { InMemoryEventStore } from '../../support/in-memory-event-store.js';
import { silentLogger } from '../../support/postgres.js';
import type { Bench } from '../projections/support.js';
import { openBench, recorded } from '../projections/support.js';

type CountEvent = { readonly type: 'Counted'; readonly n: number };

const codec = createEventCodec<CountEvent>({ Counted: z.strictObject({ n: z.int() }) });

describe('policies', () => {
  let bench: Bench;
  let store: InMemoryEventStore;
  let log: SharedLog;

  beforeAll(async () => {
    bench = await openBench();
    store = new InMemoryEventStore();
    log = new SharedLog({ store, logger: silentLogger, batchMax: 10 });
  });
  afterAll(async () => {
    await log.close();
    await bench.close();
  });

  async function append(stream: StreamName, ...events: readonly CountEvent[]): Promise<void> {
    for (const event of events) {
      const { metadata } = recorded(stream, 0n, 0n);
      await store.append(stream, 'any', [{ id: v4(), ...codec.encode(event), metadata }]);
    }
  }

  function work(policies: readonly Policy[]): () => Promise<void> {
    const stopping = new AbortController();
    const running = createPolicyWorker({
      policies,
      log,
      eventStore: store,
      progress: new PostgresPolicyProgress(bench.pool),
      leases: new PostgresLeases(bench.pool, silentLogger),
      logger: silentLogger,
    }).run(stopping.signal);
    return async () => {
      stopping.abort();
      await running;
    };
  }

  const failures = () =>
    bench.rows('select stream, attempts, last_error from counterfoil.policy_failures order by position');

  it('F27: keep what only a newer version knows, and the newer one is told of it', async () => {
    const stream: StreamName = 'counter-newer';
    const { metadata } = recorded(stream, 0n, 0n);
    type Both = CountEvent | { readonly type: 'CountedTwice'; readonly n: number };
    const told: number[] = [];
    const tell = async ({ n }: { readonly n: number }, event: RecordedEvent): Promise<void> => {
      if (event.stream === stream) told.push(n);
    };
    const n = z.int();
    const reactions = { Counted: tell, CountedTwice: tell };
    const newer = createPolicy<Both>({
      ...{ name: 'count', category: 'counter', reactions },
      codec: createEventCodec<Both>({ Counted: z.strictObject({ n }), CountedTwice: z.strictObject({ n }) }),
    });
    const older = createPolicy({ name: 'count', category: 'counter', codec, reactions: { Counted: tell } });
    await store.append(stream, 'any', [{ id: v4(), type: 'CountedTwice', data: { n: 1 }, metadata }]);
    await append(stream, { type: 'Counted', n: 2 });
    const stopOlder = work([older]);
    await eventuallyHolds(async () =>
      expect((await failures()).filter((failure) => failure['stream'] === stream)).toHaveLength(2),
    ).finally(stopOlder);
    expect(told).toEqual([]);
    const stopNewer = work([newer]);
    await eventuallyHolds(async () => expect(told).toEqual([1, 2])).finally(stopNewer);
  });

  it('are told of each event of their category in the order of its stream, by one of several processes', async () => {
    const told = new Map<string, number[]>();
    const policy = createPolicy({
      name: 'count',
      category: 'counter',
      codec,
      reactions: {
        Counted: async ({ n }, { stream }) => {
          told.set(stream, [...(told.get(stream) ?? []), n]);
        },
      },
    });
    const stops = [work([policy]), work([policy]), work([policy])];
    const streams = Array.from({ length: 5 }, (_, index): StreamName => `counter-${index}`);
    const numbers = Array.from({ length: 20 }, (_, n) => n);
    await Promise.all(
      streams.map((stream) => append(stream, ...numbers.map((n) => ({ type: 'Counted' as const, n })))),
    );
    await append('other-1', { type: 'Counted', n: 1 });
    await eventuallyHolds(async () => {
      expect(streams.map((stream) => told.get(stream))).toEqual(streams.map(() => numbers));
      expect(await new PostgresPolicyProgress(bench.pool).position()).toBe(await store.head());
    });
    await Promise.all(stops.map((stop) => stop()));
    expect(told.has('other-1')).toBe(false);
  });

  it('hold a stream whose event they fail at, in order, while all others go on', async () => {
    const told: string[] = [];
    let broken = true;
    const policy = createPolicy({
      name: 'fragile',
      category: 'fragile',
      codec,
      reactions: {
        Counted: async ({ n }, { stream }) => {
          if (broken && stream === 'fragile-bad' && n === 2) throw new Error('not today');
          told.push(`${stream} ${n}`);
        },
      },
    });
    const stop = work([policy]);
    await append(
      'fragile-bad',
      { type: 'Counted', n: 1 },
      { type: 'Counted', n: 2 },
      { type: 'Counted', n: 3 },
    );
    await append('fragile-good', { type: 'Counted', n: 1 }, { type: 'Counted', n: 2 });
    await eventuallyHolds(async () => {
      expect(told.filter((line) => line.startsWith('fragile-good'))).toHaveLength(2);
      expect(await failures()).toMatchObject([
        { stream: 'fragile-bad', last_error: 'fragile: not today' },
        { stream: 'fragile-bad', last_error: 'waits for an earlier event of its stream' },
      ]);
    });
    // A later batch must not overtake what waits.
    await append('fragile-bad', { type: 'Counted', n: 4 });
    await eventuallyHolds(async () => expect(await failures()).toHaveLength(3));
    broken = false;
    await eventuallyHolds(async () => expect(await failures()).toEqual([]));
    await stop();
    expect(told.filter((line) => line.startsWith('fragile-bad'))).toEqual(
      [1, 2, 3, 4].map((n) => `fragile-bad ${n}`),
    );
  });

  it('give their commands the same id each time they are told of an event', () => {
    const event: RecordedEvent = recorded('counter-1', 0n, 1n);
    expect(becauseOf(event, 'count')).toEqual(becauseOf(event, 'count'));
    expect(becauseOf(event, 'count', 'a').commandId).not.toBe(becauseOf(event, 'count', 'b').commandId);
    expect(becauseOf(event, 'count')).toMatchObject({
      causationId: event.id,
      correlationId: event.metadata.correlationId,
      actor: { kind: 'system', id: 'count' },
    });
  });

  it('move on from one position once, whoever comes second', async () => {
    const progress = new PostgresPolicyProgress(bench.pool);
    const from = await progress.position();
    const failure = { recorded: recorded('counter-9', 0n, from + 1n, { id: v4() }), error: 'late' };
    expect(await progress.advance(from, from + 1n, [])).toBe(true);
    expect(await progress.advance(from, from + 1n, [failure])).toBe(false);
    expect(await failures()).toEqual([]);
  });
});
