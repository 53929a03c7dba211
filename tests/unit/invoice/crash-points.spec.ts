import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createDocumentNumbers } from '../../../src/application/invoice/document-numbers.js';
import { invoiceCodec } from '../../../src/application/invoice/invoice.codec.js';
import { creditNoteIdOf, invoiceIdOf } from '../../../src/application/invoice/invoice-ids.js';
import { createInvoiceOperations } from '../../../src/application/invoice/invoice-operations.js';
import { invoiceSeriesCodec } from '../../../src/application/invoice/invoice-series.codec.js';
import type { EventMetadata, EventStore } from '../../../src/application/ports/event-store.js';
import { AppendOutcomeUnknown, EventStoreUnavailable } from '../../../src/application/ports/event-store.js';
import { createCommandHandler } from '../../../src/application/shared/command-handler.js';
import { parseZone } from '../../../src/application/shared/zones.js';
import { invoice } from '../../../src/domain/invoice/invoice.js';
import { numberSeries } from '../../../src/domain/invoice/number-series.js';
import { isIssued } from '../../../src/domain/invoice/state.js';
import { fold } from '../../../src/domain/shared/decider.js';
import { systemClock } from '../../../src/infrastructure/system-clock.js';
import { InMemoryEventStore } from '../../support/in-memory-event-store.js';
import { details, lagoContent } from '../../support/invoice-examples.js';
import { required } from '../../support/payment-examples.js';
import { silentLogger } from '../../support/postgres.js';

/** A process over a store: from its n-th call on, it is as good as dead; that call itself may still be carried out. */
function processOver(store: InMemoryEventStore, callsMax: number, lastIsDone: boolean) {
  let calls = 0;
  const mortal = <A extends readonly unknown[], R>(call: (...args: A) => Promise<R>) => {
    return async (...args: A): Promise<R> => {
      calls += 1;
      if (calls > callsMax) throw new EventStoreUnavailable('dead');
      if (calls < callsMax) return call(...args);
      if (lastIsDone) await call(...args);
      throw new AppendOutcomeUnknown('died before it knew');
    };
  };
  const eventStore: EventStore = Object.assign(Object.create(store) as InMemoryEventStore, {
    append: mortal(store.append.bind(store)),
    readStream: mortal(store.readStream.bind(store)),
    readLast: mortal(store.readLast.bind(store)),
  });
  const operations = createInvoiceOperations({
    handler: createCommandHandler({ eventStore, decider: invoice, codec: invoiceCodec, category: 'invoice' }),
    numbers: createDocumentNumbers({ eventStore, clock: systemClock }),
    keepIdentity: async () => null,
    currentLook: async () => null,
    invoicing: {
      zone: required(parseZone('UTC')),
      invoices: { prefix: 'INV', withYear: false, width: 6 },
      creditNotes: { prefix: 'CN', withYear: false, width: 6 },
    },
    clock: systemClock,
    logger: silentLogger,
    inlineBudgetMs: 10_000,
  });
  return { operations, calls: () => calls };
}

const immortal = Number.POSITIVE_INFINITY;
const because = (): EventMetadata => ({
  commandId: randomUUID(),
  correlationId: 'req_1',
  causationId: 'req_1',
  actor: { kind: 'api_key', id: 'key_1' },
  reason: null,
});

async function drafted(store: InMemoryEventStore) {
  const invoiceId = invoiceIdOf(randomUUID());
  const { operations } = processOver(store, immortal, true);
  const command = { type: 'DraftInvoice', at: systemClock.now(), content: lagoContent } as const;
  await operations.run(invoiceId, { ...command, details: { ...details, invoiceId } }, because());
  return invoiceId;
}

async function numbersOf(store: InMemoryEventStore, series: string) {
  const events = (await store.readStream(`invoiceSeries-${series}`)).map(invoiceSeriesCodec.decode);
  fold(numberSeries, events);
  return events.map(({ documentId, number }) => [documentId, number]);
}

/** More calls to the store than either operation makes. */
const points = Array.from({ length: 14 }, (_, n) => n + 1);

describe('whoever asks for a number dies', () => {
  it.each(points)(
    'at its call %s to the store: the worker finishes, with one number and no gap',
    async (point) => {
      for (const lastIsDone of [true, false]) {
        const store = new InMemoryEventStore();
        const [first, second] = [await drafted(store), await drafted(store)];
        const dying = processOver(store, point, lastIsDone);
        await dying.operations.finalize(first, because()).catch(() => undefined);
        const { operations } = processOver(store, immortal, true);
        // Another invoice comes in between, then the agenda's worker; the client asks again as well.
        await operations.finalize(second, because());
        await operations.complete(first, because());
        await operations.finalize(first, because());
        const numbers = await numbersOf(store, 'INV');
        expect(numbers.map(([id]) => id).sort()).toEqual([first, second].sort());
        for (const [id, number] of numbers) {
          const { state } = await operations.load(String(id));
          expect(isIssued(state) && state.number).toBe(number);
        }
      }
    },
  );

  it.each(points)('at its call %s, for a credit note', async (point) => {
    for (const lastIsDone of [true, false]) {
      const store = new InMemoryEventStore();
      const { operations } = processOver(store, immortal, true);
      const invoiceId = await drafted(store);
      await operations.finalize(invoiceId, because());
      const creditNoteId = creditNoteIdOf(randomUUID());
      const note = { creditNoteId, scope: { by: 'lines', lines: [2] }, creditReason: 'returned' } as const;
      const asked = because();
      const dying = processOver(store, point, lastIsDone);
      await dying.operations.credit(invoiceId, note, asked).catch(() => undefined);
      await operations.complete(invoiceId, because());
      await operations.credit(invoiceId, note, asked);
      expect(await numbersOf(store, 'CN')).toEqual([[creditNoteId, 'CN-000001']]);
      const { state } = await operations.load(invoiceId);
      expect(isIssued(state) && state.creditNotes.map(({ number }) => number)).toEqual(['CN-000001']);
    }
  });

  it('at every call that there is, and not only at those', async () => {
    const store = new InMemoryEventStore();
    const invoiceId = await drafted(store);
    const { operations, calls } = processOver(store, immortal, true);
    await operations.finalize(invoiceId, because());
    expect(calls()).toBeLessThan(points.length);
  });

  it('a request that is refused takes no number', async () => {
    const store = new InMemoryEventStore();
    const { operations } = processOver(store, immortal, true);
    const missing = await operations.finalize(invoiceIdOf(randomUUID()), because());
    expect(missing.outcome).toBe('rejected');
    const invoiceId = await drafted(store);
    const stale = await operations.finalize(invoiceId, because(), { ifRevision: 7n });
    expect(stale.outcome).toBe('stale');
    expect(await numbersOf(store, 'INV')).toEqual([]);
  });
});
