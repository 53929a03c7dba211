import type { Position, RecordedEvent, StreamName } from '../../application/ports/event-store.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { StoredEvent } from './stored-event.js';

type Held = { readonly event: RecordedEvent; readonly characters: number };

/** A follower that lags further behind reads the log. */
const eventsMax = 4_096;
const charactersMax = 8_000_000;

/**
 * What this process appended, until a follower of the log takes it: it need not be asked of the server again, nor be made out of its
 * text. Positions have no gaps, so events whose positions are next to each other have none of another process between them;
 * after such a one it begins anew.
 */
export class OwnAppends {
  #held: Held[] = [];
  #characters = 0;

  /** @param last place of the last of these events, all of which are in the log by now */
  add(
    stream: StreamName,
    events: readonly StoredEvent[],
    last: { readonly revision: bigint; readonly position: Position; readonly appendedAt: Instant },
  ): void {
    const size = BigInt(events.length);
    const follows = this.#held.at(-1)?.event.position === last.position - size;
    const isFull = this.#held.length >= eventsMax || this.#characters >= charactersMax;
    if (!follows || isFull) this.#forget(this.#held.length);
    events.forEach(({ id, type, data, metadata, given }, index) => {
      const before = size - 1n - BigInt(index);
      const event = {
        stream,
        revision: last.revision - before,
        position: last.position - before,
        id,
        type,
        data: given.data,
        metadata: given.metadata,
        recordedAt: last.appendedAt,
      };
      const characters = data.length + metadata.length;
      this.#characters += characters;
      this.#held.push({ event, characters });
    });
  }

  /** At most `limit` events that follow a position, and forgets those up to it. None where the first of them is not held. */
  takeAfter(position: Position, limit: number): readonly RecordedEvent[] {
    const first = this.#held[0]?.event.position;
    if (first === undefined || first > position + 1n) return [];
    this.#forget(Number(position + 1n - first));
    return this.#held.slice(0, limit).map(({ event }) => event);
  }

  #forget(count: number): void {
    for (const { characters } of this.#held.splice(0, count)) this.#characters -= characters;
  }
}
