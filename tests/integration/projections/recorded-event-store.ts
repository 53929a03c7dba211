import { setTimeout as sleep } from 'node:timers/promises';
import type {
  AppendResult,
  EventStore,
  Position,
  RecordedEvent,
} from '../../../src/application/ports/event-store.js';

/** A store over a log that is given whole and may be extended: the test says what stands where. */
export class RecordedEventStore implements EventStore {
  readonly log: RecordedEvent[];
  reads = 0;

  constructor(log: Iterable<RecordedEvent> = []) {
    this.log = [...log];
  }

  add(...events: readonly RecordedEvent[]): void {
    this.log.push(...events);
  }

  async append(): Promise<AppendResult> {
    throw new Error('this log is written with add');
  }

  async readStream(
    stream: string,
    { from = 0n, limit = Number.POSITIVE_INFINITY }: { readonly from?: bigint; readonly limit?: number } = {},
  ): Promise<readonly RecordedEvent[]> {
    return this.log.filter((event) => event.stream === stream && event.revision >= from).slice(0, limit);
  }

  async readLast(stream: string): Promise<RecordedEvent | undefined> {
    return this.log.findLast((event) => event.stream === stream);
  }

  async readAll(after: Position, limit: number): Promise<readonly RecordedEvent[]> {
    this.reads += 1;
    const first = this.#indexAfter(after);
    return this.log.slice(first, first + limit);
  }

  async head(): Promise<Position> {
    return this.log.at(-1)?.position ?? 0n;
  }

  async *subscribe(
    after: Position,
    { signal, batchMax }: { readonly signal: AbortSignal; readonly batchMax: number },
  ): AsyncGenerator<readonly RecordedEvent[]> {
    let position = after;
    while (!signal.aborted) {
      const first = this.#indexAfter(position);
      const batch = this.log.slice(first, first + batchMax);
      position = batch.at(-1)?.position ?? position;
      if (batch.length > 0) yield batch;
      else await sleep(5, undefined, { signal }).catch(() => undefined);
    }
  }

  async close(): Promise<void> {}

  #indexAfter(position: Position): number {
    let low = 0;
    let high = this.log.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.log[middle]?.position ?? 0n) <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
