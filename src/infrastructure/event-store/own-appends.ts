import type { Position, RecordedEvent, StreamName } from '../../application/ports/event-store.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { StoredEvent } from './stored-event.js';

/** A follower that asks so rarely that more than this comes between reads the log. */
const eventsMax = 4_096;
const charactersMax = 8_000_000;

/**
 * What this process appended, until a follower of the log takes it: it need not be asked of the server again, nor be made out of its
 * text. Positions have no gaps, so events whose positions are next to each other have none of another process between them;
 * after such a one it begins anew.
 */
export class OwnAppends {
  #events: RecordedEvent[] = [];
  /** Added since the follower last asked. */
  #characters = 0;

  /** @param last place of the last of these events, all of which are in the log by now */
  add(
    stream: StreamName,
    events: readonly StoredEvent[],
    last: { readonly revision: bigint; readonly position: Position; readonly appendedAt: Instant },
  ): void {
    const size = BigInt(events.length);
    const follows = (this.#events.at(-1)?.position ?? 0n) + size === last.position;
    if (!follows || this.#events.length >= eventsMax || this.#characters >= charactersMax) this.#clear();
    events.forEach(({ id, type, data, metadata, given }, index) => {
      const before = size - 1n - BigInt(index);
      this.#characters += data.length + metadata.length;
      this.#events.push({
        stream,
        revision: last.revision - before,
        position: last.position - before,
        id,
        type,
        data: given.data,
        metadata: given.metadata,
        recordedAt: last.appendedAt,
      });
    });
  }

  /** At most `limit` events that follow a position, and forgets those up to it. None where the first of them is not known. */
  takeAfter(position: Position, limit: number): readonly RecordedEvent[] {
    this.#characters = 0;
    const first = this.#events[0]?.position;
    if (first === undefined || first > position + 1n) return [];
    this.#events.splice(0, Number(position + 1n - first));
    return this.#events.slice(0, limit);
  }

  #clear(): void {
    this.#events = [];
    this.#characters = 0;
  }
}
