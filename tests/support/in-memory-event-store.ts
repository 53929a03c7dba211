import { setTimeout as sleep } from 'node:timers/promises';
import type {
  AppendResult,
  EventStore,
  EventToAppend,
  ExpectedRevision,
  Position,
  RecordedEvent,
  StreamName,
} from '../../src/application/ports/event-store.js';
import { systemClock } from '../../src/infrastructure/system-clock.js';

/** The event store port in memory, held to the same contract as the real ones. */
export class InMemoryEventStore implements EventStore {
  readonly #log: RecordedEvent[] = [];
  readonly #streams = new Map<StreamName, RecordedEvent[]>();

  async append(
    stream: StreamName,
    expected: ExpectedRevision,
    events: readonly EventToAppend[],
  ): Promise<AppendResult> {
    const stored = this.#streams.get(stream) ?? [];
    const actual = stored.at(-1)?.revision ?? null;
    const repeat = this.#repeat(stored, expected, events);
    if (repeat !== undefined) {
      return { outcome: 'appended', revision: repeat.revision, position: repeat.position, repeated: true };
    }
    const wanted = expected === 'any' ? actual : expected === 'no_stream' ? null : expected;
    if (wanted !== actual) return { outcome: 'conflict', actual };
    const recordedAt = systemClock.now();
    for (const event of events) {
      const revision = BigInt(stored.length);
      const position = BigInt(this.#log.length + 1);
      const recorded = { ...structuredClone(event), stream, revision, position, recordedAt };
      stored.push(recorded);
      this.#log.push(recorded);
    }
    this.#streams.set(stream, stored);
    return {
      outcome: 'appended',
      revision: BigInt(stored.length - 1),
      position: BigInt(this.#log.length),
      repeated: false,
    };
  }

  #repeat(
    stored: readonly RecordedEvent[],
    expected: ExpectedRevision,
    events: readonly EventToAppend[],
  ): RecordedEvent | undefined {
    const from =
      expected === 'any'
        ? stored.findIndex((event) => event.id === events[0]?.id)
        : expected === 'no_stream'
          ? 0
          : Number(expected) + 1;
    if (from < 0) return undefined;
    const there = stored.slice(from, from + events.length);
    const same = there.length === events.length && there.every((event, n) => event.id === events[n]?.id);
    return same ? there.at(-1) : undefined;
  }

  async readStream(
    stream: StreamName,
    { from = 0n, limit = Number.POSITIVE_INFINITY }: { readonly from?: bigint; readonly limit?: number } = {},
  ): Promise<readonly RecordedEvent[]> {
    const first = Number(from);
    return (this.#streams.get(stream) ?? []).slice(first, first + limit);
  }

  async readLast(stream: StreamName): Promise<RecordedEvent | undefined> {
    return this.#streams.get(stream)?.at(-1);
  }

  async readAll(after: Position, limit: number): Promise<readonly RecordedEvent[]> {
    const first = Number(after);
    return this.#log.slice(first, first + limit);
  }

  async head(): Promise<Position> {
    return BigInt(this.#log.length);
  }

  async *subscribe(
    after: Position,
    { signal, batchMax }: { readonly signal: AbortSignal; readonly batchMax: number },
  ): AsyncGenerator<readonly RecordedEvent[]> {
    let position = after;
    while (!signal.aborted) {
      const batch = await this.readAll(position, batchMax);
      position = batch.at(-1)?.position ?? position;
      if (batch.length > 0) yield batch;
      else await sleep(5, undefined, { signal }).catch(() => undefined);
    }
  }

  async close(): Promise<void> {}
}
