import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type {
  AppendResult,
  EventStore,
  EventToAppend,
  ExpectedRevision,
  Position,
  RecordedEvent,
  StreamName,
} from '../../src/application/ports/event-store.js';
import { parseInstant } from '../../src/domain/shared/instant.js';

export type EventStoreUnderTest = { readonly store: EventStore; close(): Promise<void> };

export function newStream(category = 'contract'): StreamName {
  return `${category}-${randomUUID()}`;
}

export function newEvent(data: Record<string, unknown> = { note: 'x' }, type = 'NoteTaken'): EventToAppend {
  return {
    id: randomUUID(),
    type,
    data,
    metadata: {
      commandId: randomUUID(),
      correlationId: 'req_1',
      causationId: 'req_1',
      actor: { kind: 'api_key', id: 'key_1' },
      reason: null,
    },
  };
}

export function newEvents(count: number): EventToAppend[] {
  return Array.from({ length: count }, (_, index) => newEvent({ index }));
}

/** What an append that must have gone through says. */
export function appended(result: AppendResult): { revision: bigint; position: Position; repeated: boolean } {
  if (result.outcome !== 'appended') throw new Error(`the append ended in a conflict at ${result.actual}`);
  return result;
}

/** Reads the whole log after a position, page by page. */
export async function readToEnd(store: EventStore, after: Position, limit = 1_000): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for (;;) {
    const page = await store.readAll(events.at(-1)?.position ?? after, limit);
    if (page.length === 0) return events;
    events.push(...page);
  }
}

/** The promises of the port, one by one. The store may hold events of others. */
export function eventStoreContract(name: string, open: () => Promise<EventStoreUnderTest>): void {
  describe(`the event store on ${name}`, () => {
    let under: EventStoreUnderTest;
    let store: EventStore;
    beforeAll(async () => {
      under = await open();
      store = under.store;
    });
    afterAll(() => under.close());

    describe('append', () => appendContract(() => store));
    describe('read', () => readContract(() => store));
    describe('subscribe', () => subscribeContract(() => store));
  });
}

function appendContract(store: () => EventStore): void {
  const matrix: [given: number, expected: ExpectedRevision, outcome: AppendResult['outcome']][] = [
    [0, 'no_stream', 'appended'],
    [0, 'any', 'appended'],
    [0, 0n, 'conflict'],
    [0, 5n, 'conflict'],
    [3, 'no_stream', 'conflict'],
    [3, 'any', 'appended'],
    [3, 1n, 'conflict'],
    [3, 2n, 'appended'],
    [3, 3n, 'conflict'],
  ];
  it.each(matrix)('to a stream of %s events, expecting %s, is %s', async (given, expected, outcome) => {
    const stream = newStream();
    if (given > 0) await store().append(stream, 'no_stream', newEvents(given));
    const result = await store().append(stream, expected, newEvents(2));
    expect(result).toMatchObject(
      outcome === 'appended'
        ? { outcome, revision: BigInt(given + 1), repeated: false }
        : { outcome, actual: given === 0 ? null : BigInt(given - 1) },
    );
    expect((await store().readStream(stream)).length).toBe(outcome === 'appended' ? given + 2 : given);
  });

  it('keeps several events of one append together, in order, with growing positions', async () => {
    const stream = newStream();
    const events = newEvents(64);
    const { revision, position } = appended(await store().append(stream, 'no_stream', events));
    const recorded = await store().readStream(stream);
    expect(recorded.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
    expect(recorded.map(({ revision: at }) => at)).toEqual(events.map((_, index) => BigInt(index)));
    expect(recorded.at(-1)).toMatchObject({ revision, position });
    const positions = recorded.map(({ position: at }) => at);
    expect(positions).toEqual([...positions].sort((a, b) => Number(a - b)));
    expect(new Set(positions).size).toBe(64);
  });

  it('says where it was when the same append is repeated, also after others have followed', async () => {
    const stream = newStream();
    const [first, second] = [newEvents(2), newEvents(3)];
    const firstResult = appended(await store().append(stream, 'no_stream', first));
    const secondResult = appended(await store().append(stream, firstResult.revision, second));
    await store().append(stream, secondResult.revision, newEvents(1));
    expect(await store().append(stream, 'no_stream', first)).toEqual({
      ...firstResult,
      outcome: 'appended',
      repeated: true,
    });
    expect(await store().append(stream, firstResult.revision, second)).toEqual({
      ...secondResult,
      outcome: 'appended',
      repeated: true,
    });
    expect(await store().readStream(stream)).toHaveLength(6);
  });

  it('is a conflict when only some of the events were there before, or at other revisions', async () => {
    const stream = newStream();
    const events = newEvents(3);
    await store().append(stream, 'no_stream', events);
    const longer = [...events, newEvent()];
    expect(await store().append(stream, 'no_stream', longer)).toMatchObject({
      outcome: 'conflict',
      actual: 2n,
    });
    expect(await store().append(stream, 1n, events.slice(0, 1))).toMatchObject({ outcome: 'conflict' });
    const swapped = events.toReversed();
    expect(await store().append(stream, 'no_stream', swapped)).toMatchObject({ outcome: 'conflict' });
    expect(await store().readStream(stream)).toHaveLength(3);
  });

  it('carries out a repeat once when both are under way at the same time', async () => {
    const stream = newStream();
    const events = newEvents(2);
    const results = await Promise.all([1, 2, 3].map(() => store().append(stream, 'no_stream', events)));
    expect(results.map((result) => appended(result).revision)).toEqual([1n, 1n, 1n]);
    expect(results.filter((result) => !appended(result).repeated)).toHaveLength(1);
    expect(await store().readStream(stream)).toHaveLength(2);
  });

  it('lets exactly one of many writers win each revision', async () => {
    const stream = newStream();
    let expected: ExpectedRevision = 'no_stream';
    for (let round = 0; round < 5; round += 1) {
      const at = expected;
      const results = await Promise.all(
        Array.from({ length: 12 }, () => store().append(stream, at, [newEvent()])),
      );
      expect(results.filter(({ outcome }) => outcome === 'appended')).toHaveLength(1);
      expected = BigInt(round);
    }
    expect(await store().readStream(stream)).toHaveLength(5);
  });

  it('takes many appends of one stream at once where any revision will do', async () => {
    const stream = newStream();
    const results = await Promise.all(
      Array.from({ length: 40 }, () => store().append(stream, 'any', newEvents(2))),
    );
    const revisions = results.map((result) => Number(appended(result).revision)).sort((a, b) => a - b);
    expect(revisions).toEqual(Array.from({ length: 40 }, (_, index) => 2 * index + 1));
  });

  it('refuses what cannot be stored, and takes the next append', async () => {
    const stream = newStream();
    const refused = [
      store().append(stream, 'any', []),
      store().append(stream, 'any', newEvents(65)),
      store().append(stream, 'any', [newEvent({ text: 'nul \u0000 inside' })]),
      store().append(stream, 'any', [newEvent({ deep: [{ text: 'half a pair \ud83d' }] })]),
      store().append(stream, 'any', [newEvent({ text: 'x'.repeat(1_100_000) })]),
      store().append(stream, 'any', [{ ...newEvent(), id: 'not-a-uuid' }]),
      store().append(stream, 'any', [{ ...newEvent(), type: '$system' }]),
      store().append('$system-stream', 'any', [newEvent()]),
    ];
    const neighbour = store().append(stream, 'any', [newEvent()]);
    for (const outcome of await Promise.allSettled(refused)) expect(outcome.status).toBe('rejected');
    expect(appended(await neighbour).revision).toBe(0n);
  });
}

function readContract(store: () => EventStore): void {
  it('gives back what was written: text, numbers as text, nesting, any order of keys', async () => {
    const data = {
      zebra: 1,
      alpha: {
        amount: '123456789012345678901234567890',
        currency: 'USD',
        list: [1, null, true, { deep: ['é'] }],
      },
      text: 'ünïcödé 漢字 😀 "quotes" \\u0000 \\ back\nslash \u2028',
      empty: '',
      none: {},
      2: 'two',
    };
    const event = newEvent(data, 'OddlyShaped.v2');
    const before = Date.now();
    const stream = newStream('oddPayload');
    const { position } = appended(await store().append(stream, 'no_stream', [event]));
    const [recorded] = await store().readStream(stream);
    expect(recorded).toEqual({ ...event, stream, revision: 0n, position, recordedAt: recorded?.recordedAt });
    const at = recorded?.recordedAt ?? '';
    expect(parseInstant(at)).toBe(at);
    expect(Math.abs(Date.parse(at) - before)).toBeLessThan(60_000);
  });

  it('keeps a large event', async () => {
    const stream = newStream();
    const event = newEvent({ text: '😀x'.repeat(150_000) });
    await store().append(stream, 'no_stream', [event]);
    expect((await store().readStream(stream))[0]?.data).toEqual(event.data);
  });

  it('reads a stream from a revision, up to a limit, and nothing of a stream that is not there', async () => {
    const stream = newStream();
    await store().append(stream, 'no_stream', newEvents(10));
    const revisions = async (range?: { from?: bigint; limit?: number }): Promise<bigint[]> =>
      (await store().readStream(stream, range)).map(({ revision }) => revision);
    expect(await revisions({ from: 7n })).toEqual([7n, 8n, 9n]);
    expect(await revisions({ limit: 2 })).toEqual([0n, 1n]);
    expect(await revisions({ from: 3n, limit: 2 })).toEqual([3n, 4n]);
    expect(await revisions({ from: 10n })).toEqual([]);
    expect(await store().readStream(newStream())).toEqual([]);
  });

  it('finds the last event of a stream, and none of a stream that is not there', async () => {
    const stream = newStream();
    expect(await store().readLast(stream)).toBeUndefined();
    const events = newEvents(10);
    await store().append(stream, 'no_stream', events.slice(0, 9));
    expect((await store().readLast(stream))?.revision).toBe(8n);
    await store().append(stream, 8n, events.slice(9));
    expect(await store().readLast(stream)).toEqual((await store().readStream(stream)).at(-1));
  });

  it('reads the whole log in pages of any size, in one order that agrees with each stream', async () => {
    const start = await store().head();
    const streams = [newStream(), newStream(), newStream()];
    const writes = Array.from({ length: 30 }, (_, index) =>
      store().append(streams[index % 3] ?? newStream(), 'any', newEvents(1 + (index % 4))),
    );
    const total = 73;
    await Promise.all(writes);
    const ids = new Set<string>();
    for (const limit of [1, 3, 1_000]) {
      const events = (await readToEnd(store(), start, limit)).filter(({ stream }) =>
        streams.includes(stream),
      );
      expect(events).toHaveLength(total);
      for (const stream of streams) {
        const own = events.filter((event) => event.stream === stream);
        expect(own).toEqual(await store().readStream(stream));
        expect(own.map(({ revision }) => revision)).toEqual(own.map((_, index) => BigInt(index)));
      }
      for (const { id } of events) ids.add(id);
    }
    expect(ids.size).toBe(total);
  });

  it('knows the position of the last event', async () => {
    const { position } = appended(await store().append(newStream(), 'any', newEvents(3)));
    expect(await store().head()).toBe(position);
    expect(await store().readAll(position, 10)).toEqual([]);
  });
}

function subscribeContract(store: () => EventStore): void {
  it('goes from the past to the present with no gap and no repetition', async () => {
    const after = await store().head();
    const stream = newStream();
    const written: string[] = [];
    const write = async (count: number): Promise<void> => {
      const events = newEvents(count);
      await store().append(stream, 'any', events);
      written.push(...events.map(({ id }) => id));
    };
    for (let turn = 0; turn < 10; turn += 1) await write(3);
    const ending = new AbortController();
    const received: RecordedEvent[] = [];
    const following = (async () => {
      for await (const batch of store().subscribe(after, { signal: ending.signal, batchMax: 7 })) {
        expect(batch.length).toBeGreaterThan(0);
        expect(batch.length).toBeLessThanOrEqual(7);
        received.push(...batch.filter((event) => event.stream === stream));
        if (received.length >= 70) ending.abort();
      }
    })();
    for (let turn = 0; turn < 20; turn += 1) await write(2);
    await following;
    expect(received.map(({ id }) => id)).toEqual(written);
  });

  it('resumes after any event that it gave, also in the middle of an append', async () => {
    const after = await store().head();
    const stream = newStream();
    await store().append(stream, 'no_stream', newEvents(5));
    const [, , third] = await readToEnd(store(), after);
    const ending = new AbortController();
    const { signal } = ending;
    const revisions: bigint[] = [];
    for await (const batch of store().subscribe(third?.position ?? 0n, { signal, batchMax: 100 })) {
      revisions.push(...batch.map(({ revision }) => revision));
      if (revisions.length >= 2) ending.abort();
    }
    expect(revisions).toEqual([3n, 4n]);
  });

  it('gives what is appended meanwhile as the log has it, and what was refused or repeated not at all', async () => {
    const after = await store().head();
    const ending = new AbortController();
    const received: RecordedEvent[] = [];
    const last = newEvent();
    const following = (async () => {
      for await (const batch of store().subscribe(after, { signal: ending.signal, batchMax: 100 })) {
        received.push(...batch);
        if (batch.at(-1)?.id === last.id) ending.abort();
      }
    })();
    const [stream, other] = [newStream(), newStream()];
    const odd = newEvent({
      text: '\\u0000 "quoted" 漢字 😀',
      list: [1.5, null, { deep: [] }],
    });
    const first = [odd, newEvent(), newEvent()];
    await store().append(stream, 'no_stream', first);
    await Promise.all([
      store().append(stream, 2n, newEvents(2)),
      store().append(other, 'any', newEvents(3)),
      store().append(stream, 'no_stream', first),
      store().append(stream, 0n, newEvents(4)),
      store().append(other, 'any', newEvents(1)),
    ]);
    await store().append(stream, 4n, [last]);
    await following;
    expect(received).toStrictEqual(await readToEnd(store(), after));
    expect(received).toHaveLength(10);
  });

  it('delivers a new event to one who waits', async () => {
    const ending = new AbortController();
    const batches = store().subscribe(await store().head(), { signal: ending.signal, batchMax: 10 });
    const next = batches[Symbol.asyncIterator]().next();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const event = newEvent();
    await store().append(newStream(), 'any', [event]);
    const { value } = await next;
    expect(value?.[0]?.id).toBe(event.id);
    ending.abort();
  });

  it('ends when the signal aborts, before, during and between batches', async () => {
    const count = async (signal: AbortSignal): Promise<number> => {
      let batches = 0;
      for await (const _ of store().subscribe(0n, { signal, batchMax: 5 })) batches += 1;
      return batches;
    };
    expect(await count(AbortSignal.abort())).toBe(0);
    const waiting = new AbortController();
    const idle = (async () => {
      for await (const _ of store().subscribe(await store().head(), { signal: waiting.signal, batchMax: 5 }));
    })();
    setTimeout(() => waiting.abort(), 100);
    await idle;
  });
}
