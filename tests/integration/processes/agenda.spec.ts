import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { AgendaItem } from '../../../src/application/ports/agenda.js';
import type { AgendaTask } from '../../../src/application/shared/agenda.js';
import { kept, promised } from '../../../src/application/shared/agenda.js';
import { createEventCodec, storedInstant } from '../../../src/application/shared/event-codec.js';
import { later } from '../../../src/application/webhook/retry-schedule.js';
import type { Instant } from '../../../src/domain/shared/instant.js';
import { routeByCategory } from '../../../src/infrastructure/projections/projection.js';
import {
  agendaEntries,
  agendaProjection,
  PostgresAgenda,
} from '../../../src/infrastructure/read-models/agenda.js';
import { systemClock } from '../../../src/infrastructure/system-clock.js';
import { createAgendaWorker } from '../../../src/interfaces/worker/agenda-worker.js';
import { createWakeUp } from '../../../src/interfaces/worker/wake-up.js';
import { eventuallyHolds } from '../../support/eventually.js';
import { InMemoryEventStore } from '../../support/in-memory-event-store.js';
import { silentLogger } from '../../support/postgres.js';
import type { Bench } from '../projections/support.js';
import { openBench, recorded } from '../projections/support.js';

type BookEvent =
  | { readonly type: 'BookLent'; readonly book: string; readonly dueAt: Instant }
  | { readonly type: 'BookReturned'; readonly book: string };

const codec = createEventCodec<BookEvent>({
  BookLent: z.strictObject({ book: z.string(), dueAt: storedInstant }),
  BookReturned: z.strictObject({ book: z.string() }),
});

/** What a library would have on its agenda, since no module of ours is as short. */
const projection = {
  ...agendaProjection,
  changesOf: routeByCategory({
    library: agendaEntries(codec, (event) =>
      event.type === 'BookLent'
        ? [promised('library.reminder', event.dueAt, event.book)]
        : [kept('library.reminder', event.book)],
    ),
  }),
};

describe('the agenda', () => {
  const now = systemClock.now();
  let bench: Bench;
  let agenda: PostgresAgenda;
  let store: InMemoryEventStore;

  beforeAll(async () => {
    bench = await openBench();
    store = new InMemoryEventStore();
    agenda = new PostgresAgenda(bench.pool);
    await bench.start(store, [projection]);
  });
  afterAll(() => bench.close());

  let events = 0;
  async function happen(stream: `library-${string}`, event: BookEvent): Promise<void> {
    events += 1;
    const { id, metadata } = recorded(stream, BigInt(events), 0n);
    await store.append(stream, 'any', [{ id, ...codec.encode(event), metadata }]);
  }
  const itemsOf = (stream: string) =>
    bench.rows('select item, due_at from read_agenda.items where stream = $1 order by item', [stream]);
  const claimed = async (at: Instant, stream: string): Promise<readonly AgendaItem[]> =>
    (await agenda.claim(at, 100)).filter((item) => item.stream === stream);

  it('holds what a fact promises until a fact keeps it, and moves what is promised again', async () => {
    const stream = 'library-a';
    await happen(stream, { type: 'BookLent', book: 'one', dueAt: later(now, 60_000) });
    await happen(stream, { type: 'BookLent', book: 'two', dueAt: later(now, 90_000) });
    await eventuallyHolds(async () => expect(await itemsOf(stream)).toHaveLength(2));
    await happen(stream, { type: 'BookLent', book: 'one', dueAt: later(now, 120_000) });
    await happen(stream, { type: 'BookReturned', book: 'two' });
    await happen(stream, { type: 'BookReturned', book: 'never lent' });
    await eventuallyHolds(async () =>
      expect(await itemsOf(stream)).toEqual([{ item: 'one', due_at: later(now, 120_000) }]),
    );
    expect(await claimed(later(now, 119_999), stream)).toEqual([]);
    expect(await claimed(later(now, 120_000), stream)).toHaveLength(1);
  });

  it('gives an item to one of many who ask at once, and again 20 s later however often its worker died', async () => {
    const stream = 'library-b';
    await happen(stream, { type: 'BookLent', book: 'one', dueAt: now });
    await eventuallyHolds(async () => expect(await itemsOf(stream)).toHaveLength(1));
    const claims = await Promise.all(Array.from({ length: 8 }, () => claimed(now, stream)));
    expect(claims.flat()).toHaveLength(1);
    expect(claims.flat()[0]).toMatchObject({ kind: 'library.reminder', item: 'one', attempts: 1 });
    expect(await claimed(later(now, 19_999), stream)).toEqual([]);
    expect(await claimed(later(now, 20_000), stream)).toMatchObject([{ attempts: 2 }]);
    const [again] = await claimed(later(now, 40_000), stream);
    expect(again).toMatchObject({ attempts: 3 });
    if (again !== undefined) await agenda.postpone(again, later(now, 41_000), null);
    expect(await claimed(later(now, 40_999), stream)).toEqual([]);
    expect(await claimed(later(now, 41_000), stream)).toMatchObject([{ attempts: 4 }]);
  });

  it('is worked off by its tasks, and keeps why one did not succeed', async () => {
    const stream = 'library-c';
    const reminded: string[] = [];
    const task: AgendaTask = async ({ item, stream: library }) => {
      if (library !== stream) return;
      if (item === 'lost') throw new Error('nobody knows where it is');
      reminded.push(item);
      await happen(stream, { type: 'BookReturned', book: item });
    };
    await happen(stream, { type: 'BookLent', book: 'one', dueAt: now });
    await happen(stream, { type: 'BookLent', book: 'lost', dueAt: now });
    const stopping = new AbortController();
    const worker = createAgendaWorker({
      agenda,
      tasks: { 'library.reminder': task },
      ...{ clock: systemClock, logger: silentLogger, wakeUp: createWakeUp(), pollMs: 20 },
    });
    const working = worker.run(stopping.signal);
    await eventuallyHolds(async () => {
      const failures = await bench.rows(
        `select item, last_error from counterfoil.agenda_attempts where last_error is not null`,
      );
      expect(failures).toEqual([{ item: 'lost', last_error: 'nobody knows where it is' }]);
      expect(await itemsOf(stream)).toMatchObject([{ item: 'lost' }]);
    });
    stopping.abort();
    await working;
    expect(reminded).toEqual(['one']);
    expect(await agenda.prune()).toBeGreaterThan(0);
  });
});
