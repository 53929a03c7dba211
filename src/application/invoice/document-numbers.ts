import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SeriesPlace } from '../../domain/invoice/events.js';
import { formatNumber } from '../../domain/invoice/number-series.js';
import type { CreditNoteId, InvoiceId } from '../../domain/shared/ids.js';
import type { Clock } from '../ports/clock.js';
import type { EventMetadata, EventStore, StreamName } from '../ports/event-store.js';
import { appendAgainWhenUnknown, Contention } from '../shared/command-handler.js';
import { commandIdOf, eventIdOf } from '../shared/event-ids.js';
import { invoiceSeriesCodec } from './invoice-series.codec.js';

export type DocumentNumbers = {
  /** How far a series is now, for a request to record before it takes a number. */
  place(series: string): Promise<SeriesPlace>;
  /**
   * The number of a document whose request for it is recorded: the one it has, or the next one of the series. One document
   * has one number, however often and by however many processes it is asked for, and no number is left out.
   * @throws Contention, and what the event store throws; asking again is always safe
   */
  assign(request: NumberRequest): Promise<string>;
};

type NumberRequest = {
  readonly documentId: InvoiceId | CreditNoteId;
  readonly place: SeriesPlace;
  /** Digits at least. */
  readonly width: number;
  /** Of the recorded request. */
  readonly cause: Pick<EventMetadata, 'correlationId' | 'causationId'>;
};

const attemptsMax = 100;
const pageSize = 500;

/**
 * Numbers are places in the series' stream. A number is appended at the revision behind the last one that was read, and only
 * when no event from the request on is the document's: so the store itself keeps two documents from one number, and one
 * document from two.
 */
export function createDocumentNumbers(parts: {
  readonly eventStore: EventStore;
  readonly clock: Clock;
}): DocumentNumbers {
  const { eventStore, clock } = parts;
  const inTurn = turns();

  async function assign({ documentId, place, width, cause }: NumberRequest): Promise<string> {
    const stream = streamOf(place.series);
    const metadata: EventMetadata = {
      ...cause,
      commandId: commandIdOf('document number', documentId),
      actor: { kind: 'system', id: 'document-numbers' },
      reason: null,
    };
    let last = place.seen;
    for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
      const found = await readOn(stream, last, metadata.commandId);
      if ('number' in found) return found.number;
      last = found.last;
      const sequence = last + 2n;
      const number = formatNumber(place.series, width, sequence);
      const { type, data } = invoiceSeriesCodec.encode({
        type: 'DocumentNumberAssigned',
        at: clock.now(),
        documentId,
        sequence,
        number,
      });
      const event = { id: eventIdOf(metadata.commandId, 0), type, data, metadata };
      const expected = last === -1n ? 'no_stream' : last;
      const result = await appendAgainWhenUnknown(eventStore, stream, expected, [event]);
      // A repeated append is read again, since the first one may have been written in another width.
      if (result.outcome === 'appended' && !result.repeated) return number;
      await sleep(randomInt(Math.min(attempt * 4, 40)));
    }
    throw new Contention(`${stream} grew ${attemptsMax} times while one number was taken`);
  }

  /** The number that a command left behind a revision, or the last revision there is. */
  async function readOn(
    stream: StreamName,
    after: bigint,
    commandId: string,
  ): Promise<{ readonly number: string } | { readonly last: bigint }> {
    let last = after;
    for (;;) {
      const page = await eventStore.readStream(stream, { from: last + 1n, limit: pageSize });
      const own = page.find((event) => event.metadata.commandId === commandId);
      if (own !== undefined) return { number: invoiceSeriesCodec.decode(own).number };
      last = page.at(-1)?.revision ?? last;
      if (page.length < pageSize) return { last };
    }
  }

  return {
    async place(series) {
      const last = await eventStore.readLast(streamOf(series));
      return { series, seen: last?.revision ?? -1n };
    },
    assign: (request) => inTurn(request.place.series, () => assign(request)),
  };
}

function streamOf(series: string): StreamName {
  return `invoiceSeries-${series}`;
}

/** Lets the numbers of one series that this process takes follow one another: it saves conflicts, and nothing rests on it. */
function turns() {
  const tails = new Map<string, Promise<unknown>>();
  return <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const before = tails.get(name) ?? Promise.resolve();
    const mine = before.then(work, work);
    const tail = mine.catch(() => undefined);
    tails.set(name, tail);
    void tail.then(() => {
      if (tails.get(name) === tail) tails.delete(name);
    });
    return mine;
  };
}
