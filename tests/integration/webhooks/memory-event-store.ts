import type { EventStore, RecordedEvent } from '../../../src/application/ports/event-store.js';
import { instantNow } from '../stripe/simulator-control.js';

/** Streams in memory, with the promises of the port that the command handler rests on. */
export function createMemoryEventStore(): Pick<EventStore, 'append' | 'readStream'> {
  const streams = new Map<string, RecordedEvent[]>();
  let position = 0n;
  return {
    async append(stream, expected, events) {
      const recorded = streams.get(stream) ?? [];
      const actual = recorded.at(-1)?.revision ?? null;
      if (expected !== 'any' && (expected === 'no_stream' ? null : expected) !== actual) {
        return { outcome: 'conflict', actual };
      }
      for (const event of events) {
        position += 1n;
        const revision = (recorded.at(-1)?.revision ?? -1n) + 1n;
        recorded.push({ ...event, stream, revision, position, recordedAt: instantNow() });
      }
      streams.set(stream, recorded);
      return { outcome: 'appended', revision: recorded.at(-1)?.revision ?? 0n, position, repeated: false };
    },
    async readStream(stream, range = {}) {
      const { from = 0n, limit = Number.POSITIVE_INFINITY } = range;
      return (streams.get(stream) ?? []).filter(({ revision }) => revision >= from).slice(0, limit);
    },
  };
}
