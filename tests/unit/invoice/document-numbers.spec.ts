import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createDocumentNumbers } from '../../../src/application/invoice/document-numbers.js';
import { invoiceIdOf } from '../../../src/application/invoice/invoice-ids.js';
import { invoiceSeriesCodec } from '../../../src/application/invoice/invoice-series.codec.js';
import type { EventStore } from '../../../src/application/ports/event-store.js';
import { AppendOutcomeUnknown, EventStoreUnavailable } from '../../../src/application/ports/event-store.js';
import { numberSeries } from '../../../src/domain/invoice/number-series.js';
import { fold } from '../../../src/domain/shared/decider.js';
import { systemClock } from '../../../src/infrastructure/system-clock.js';
import { holdsAsync } from '../../support/corpus.js';
import { InMemoryEventStore } from '../../support/in-memory-event-store.js';

const cause = { correlationId: 'req_1', causationId: 'req_1' };

/** A store whose appends fail as they are told to: before or after the work, in doubt or for certain. */
function faulty(store: InMemoryEventStore, faults: ('none' | 'lost' | 'undone' | 'down')[]): EventStore {
  return Object.assign(Object.create(store) as InMemoryEventStore, {
    append: async (...args: Parameters<EventStore['append']>) => {
      const fault = faults.shift() ?? 'none';
      if (fault === 'down') throw new EventStoreUnavailable('down');
      if (fault === 'undone') throw new AppendOutcomeUnknown('not done');
      const result = await store.append(...args);
      if (fault === 'lost') throw new AppendOutcomeUnknown('done');
      return result;
    },
    readStream: store.readStream.bind(store),
    readLast: store.readLast.bind(store),
  });
}

async function numbersIn(store: InMemoryEventStore, series: string) {
  const events = (await store.readStream(`invoiceSeries-${series}`)).map(invoiceSeriesCodec.decode);
  fold(numberSeries, events);
  return events;
}

describe('numbers of documents', () => {
  it('follow one another, and a document that asks again has the number it has', async () => {
    const numbers = createDocumentNumbers({ eventStore: new InMemoryEventStore(), clock: systemClock });
    const [a, b] = [invoiceIdOf(randomUUID()), invoiceIdOf(randomUUID())];
    const place = await numbers.place('INV-2026');
    expect(place).toEqual({ series: 'INV-2026', seen: -1n });
    expect(await numbers.assign({ documentId: a, place, width: 6, cause })).toBe('INV-2026-000001');
    const later = await numbers.place('INV-2026');
    expect(later.seen).toBe(0n);
    expect(await numbers.assign({ documentId: b, place: later, width: 6, cause })).toBe('INV-2026-000002');
    expect(await numbers.assign({ documentId: a, place, width: 6, cause })).toBe('INV-2026-000001');
    // Whoever configures another width changes no number that was given.
    expect(await numbers.assign({ documentId: b, place: later, width: 3, cause })).toBe('INV-2026-000002');
  });

  it('are found again behind more than a page of others', async () => {
    const store = new InMemoryEventStore();
    const numbers = createDocumentNumbers({ eventStore: store, clock: systemClock });
    const place = await numbers.place('INV');
    const ids = Array.from({ length: 501 }, () => invoiceIdOf(randomUUID()));
    for (const documentId of ids) await numbers.assign({ documentId, place, width: 4, cause });
    const last = ids.at(-1) ?? invoiceIdOf(randomUUID());
    expect(await numbers.assign({ documentId: last, place, width: 4, cause })).toBe('INV-0501');
    expect(await numbersIn(store, 'INV')).toHaveLength(501);
  });

  it('have no gap and no double, with many processes and a store that loses answers', async () => {
    const fault = fc.constantFrom('none' as const, 'lost' as const, 'undone' as const, 'down' as const);
    await holdsAsync(
      'document-numbers',
      fc.asyncProperty(
        fc.array(fc.array(fault, { maxLength: 12 }), { minLength: 3, maxLength: 3 }),
        fc.integer({ min: 1, max: 6 }),
        async (faults, count) => {
          const store = new InMemoryEventStore();
          const processes = faults.map((own) =>
            createDocumentNumbers({ eventStore: faulty(store, [...own]), clock: systemClock }),
          );
          const seen = await createDocumentNumbers({ eventStore: store, clock: systemClock }).place('INV');
          const ids = Array.from({ length: count }, () => invoiceIdOf(randomUUID()));
          const given = new Map<string, Set<string>>(ids.map((id) => [id, new Set<string>()]));
          // Every process asks for every document until it is told, as the agenda's workers do.
          await Promise.all(
            processes.flatMap((numbers, place) =>
              // Each begins with another one, so that different documents meet at one number.
              [...ids.slice(place), ...ids.slice(0, place)].map(async (documentId) => {
                for (let tries = 0; tries < 100; tries += 1) {
                  const number = await numbers
                    .assign({ documentId, place: seen, width: 4, cause })
                    .catch((error: unknown) => {
                      const known =
                        error instanceof AppendOutcomeUnknown || error instanceof EventStoreUnavailable;
                      if (!known) throw error;
                      return undefined;
                    });
                  if (number === undefined) continue;
                  given.get(documentId)?.add(number);
                  return;
                }
                throw new Error('no number after 100 tries');
              }),
            ),
          );
          const events = await numbersIn(store, 'INV');
          expect(events).toHaveLength(count);
          for (const { documentId, number } of events) {
            expect([...(given.get(documentId) ?? [])]).toEqual([number]);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
