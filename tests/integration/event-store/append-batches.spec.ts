import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type {
  AppendResult,
  EventStore,
  ExpectedRevision,
  RecordedEvent,
  StreamName,
} from '../../../src/application/ports/event-store.js';
import { PostgresEventStore } from '../../../src/infrastructure/event-store/postgres-event-store.js';
import { newEvents, newStream } from '../../contract/event-store.contract.js';
import { holdsAsync } from '../../support/corpus.js';
import { InMemoryEventStore } from '../../support/in-memory-event-store.js';
import { required } from '../../support/payment-examples.js';
import type { TestDatabase } from '../../support/postgres.js';
import { createTestDatabase, silentLogger } from '../../support/postgres.js';

const streams = 3;

type Append = Parameters<EventStore['append']>;
type Drawn = {
  readonly stream: number;
  readonly expects: ExpectedRevision | 'head';
  readonly size: number;
  /** Whether it is the batch's first append once more, as after a lost answer. */
  readonly again: boolean;
};

const expectation = fc.oneof(
  { weight: 3, arbitrary: fc.constant('head' as const) },
  { weight: 2, arbitrary: fc.constantFrom('no_stream' as const, 'any' as const) },
  { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 6n }) },
);

function appends(most: number): fc.Arbitrary<Drawn[]> {
  const one = fc.record({
    stream: fc.nat({ max: streams - 1 }),
    expects: expectation,
    size: fc.integer({ min: 1, max: 3 }),
    again: fc.boolean(),
  });
  return fc.array(one, { minLength: 1, maxLength: most });
}

describe('a batch of appends', () => {
  let database: TestDatabase;
  let store: PostgresEventStore;
  beforeAll(async () => {
    database = await createTestDatabase();
    store = new PostgresEventStore({ connectionString: database.url, logger: silentLogger });
  });
  afterAll(async () => {
    await store.close();
    await database.drop();
  });

  it('is judged as if its appends had come one after the other, whatever each expects', async () => {
    const batches = fc.array(appends(8), { minLength: 1, maxLength: 3 });
    await holdsAsync(
      'append-batches',
      fc.asyncProperty(batches, async (drawn) => {
        const memory = new InMemoryEventStore();
        const names = Array.from({ length: streams }, () => newStream());
        for (const batch of drawn) {
          const wanted = await appendsOf(batch, names, memory);
          const meant: AppendResult[] = [];
          for (const append of wanted) meant.push(await memory.append(...append));
          const found = await Promise.all(wanted.map((append) => store.append(...append)));
          expect(found.map(withoutPosition)).toEqual(meant.map(withoutPosition));
        }
        for (const name of names) {
          expect(placesIn(await store.readStream(name))).toEqual(placesIn(await memory.readStream(name)));
        }
      }),
      { numRuns: 100 },
    );
  });
});

/** `head` is where the stream will stand when all of the batch before it has been taken. */
async function appendsOf(
  batch: readonly Drawn[],
  names: readonly StreamName[],
  memory: EventStore,
): Promise<Append[]> {
  const heads = await Promise.all(names.map(async (name) => (await memory.readLast(name))?.revision ?? -1n));
  const wanted: Append[] = [];
  for (const { stream, expects, size, again } of batch) {
    const [first] = wanted;
    const name = required(names[stream]);
    const head = required(heads[stream]);
    if (again && first !== undefined) wanted.push(first);
    else if (expects !== 'head') wanted.push([name, expects, newEvents(size)]);
    else {
      wanted.push([name, head === -1n ? 'no_stream' : head, newEvents(size)]);
      heads[stream] = head + BigInt(size);
    }
  }
  return wanted;
}

/** Other streams stand between those of a batch, so that only order tells of positions. */
function withoutPosition(result: AppendResult): object {
  if (result.outcome === 'conflict') return result;
  const { outcome, revision, repeated } = result;
  return { outcome, revision, repeated };
}

function placesIn(events: readonly RecordedEvent[]): object[] {
  return events.map(({ id, revision }) => ({ id, revision }));
}
