import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import type { EventStore, Position, RecordedEvent } from '../../application/ports/event-store.js';
import type { Logger } from '../../application/ports/logger.js';

/** Batches kept for the projections that are not the first to ask; older ones are read again from the store. */
const cachedBatches = 8;
/** The subscription is a hint: without one, the log is looked at this often. */
const pollMs = 1_000;
const rereadMs = 5;
/**
 * After a batch that was not full the next events may gather for this long. An event that comes alone waits for nothing;
 * of many that come one by one, all projections write larger batches, in which the changes of one row are put together.
 */
const gatherMs = 50;
/** After a batch of many: a row that several events touch within a fifth of a second is written once. */
const crowdedGatherMs = 200;
const crowd = 100;

/**
 * One reader of the log for all projections of a process. Each asks for what follows its own checkpoint; those that
 * stand at the same place share the batch and the decoding of its events. Memory is bounded by the cache.
 */
export class SharedLog {
  readonly #store: EventStore;
  readonly #logger: Logger;
  readonly #batchMax: number;
  readonly #cache = new Map<Position, Promise<readonly RecordedEvent[]>>();
  readonly #closing = new AbortController();
  #tail: Promise<void> | undefined;
  #wake = new Set<() => void>();
  #look: NodeJS.Timeout | undefined;
  #seen: Position = 0n;

  constructor(parts: { readonly store: EventStore; readonly logger: Logger; readonly batchMax: number }) {
    this.#store = parts.store;
    this.#logger = parts.logger;
    this.#batchMax = parts.batchMax;
  }

  /** The highest position that this process has seen. */
  get seen(): Position {
    return this.#seen;
  }

  /** The events after a position, at least one; waits for it. Undefined when `signal` aborts first. */
  async next(after: Position, signal: AbortSignal): Promise<readonly RecordedEvent[] | undefined> {
    // At the head, the subscription brings the next events: there is nothing to read until it does.
    let waitFirst = this.#tail !== undefined && after >= this.#seen;
    while (!signal.aborted) {
      if (!waitFirst) {
        const batch = await this.#read(after);
        if (batch.length > 0) return batch;
        // Whoever stands behind this has something to read, also when nothing is ever appended again.
        if (after > this.#seen) this.#seen = after;
      }
      waitFirst = false;
      this.#tail ??= this.#followTail(after);
      await this.#moved(after, signal);
    }
    return undefined;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#look);
    await this.#tail;
  }

  #read(after: Position): Promise<readonly RecordedEvent[]> {
    const cached = this.#cache.get(after);
    if (cached !== undefined) return cached;
    const reading = this.#store.readAll(after, this.#batchMax);
    this.#keep(after, reading);
    return reading.then(
      (batch) => {
        if (batch.length === 0) this.#forget(after, reading);
        this.#note(batch);
        return batch;
      },
      (error) => {
        this.#forget(after, reading);
        throw error;
      },
    );
  }

  #keep(after: Position, batch: Promise<readonly RecordedEvent[]>): void {
    this.#cache.delete(after);
    this.#cache.set(after, batch);
    for (const oldest of this.#cache.keys()) {
      if (this.#cache.size <= cachedBatches) break;
      this.#cache.delete(oldest);
    }
  }

  #forget(after: Position, batch: Promise<readonly RecordedEvent[]>): void {
    if (this.#cache.get(after) === batch) this.#cache.delete(after);
  }

  #note(batch: readonly RecordedEvent[]): void {
    const position = batch.at(-1)?.position ?? 0n;
    if (position > this.#seen) this.#seen = position;
  }

  /** What the subscription brings goes to the cache under the position before it, where the projections look. */
  async #followTail(after: Position): Promise<void> {
    const { signal } = this.#closing;
    let before = after;
    while (!signal.aborted) {
      try {
        for await (const batch of this.#store.subscribe(before, { signal, batchMax: this.#batchMax })) {
          this.#keep(before, Promise.resolve(batch));
          this.#note(batch);
          before = batch.at(-1)?.position ?? before;
          // In turn: what requests wait for is seen to between two projections, each of which may have much to work out.
          for (const wake of this.#takeWaiting()) {
            wake();
            await turn();
          }
          if (batch.length >= this.#batchMax) continue;
          await sleep(batch.length < crowd ? gatherMs : crowdedGatherMs, undefined, { signal });
        }
      } catch (error) {
        if (signal.aborted) return;
        this.#logger.warn({ err: error }, 'The subscription to the event log failed; it is opened again');
      }
      // A store that is closed ends its subscriptions too, and each new one at once.
      await sleep(pollMs, undefined, { signal }).catch(() => undefined);
    }
  }

  #moved(after: Position, signal: AbortSignal): Promise<void> {
    if (this.#cache.has(after) || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#wake.delete(done);
        resolve();
      };
      // The subscription's batches may start elsewhere than this projection stands; then the store is read.
      const timer = this.#seen > after ? setTimeout(done, rereadMs) : undefined;
      if (timer === undefined) this.#lookAgain();
      signal.addEventListener('abort', done, { once: true });
      this.#wake.add(done);
    });
  }

  /** Wakes all who wait at once, so that a log that rests is read once for all of them. */
  #lookAgain(): void {
    this.#look ??= setTimeout(() => {
      this.#look = undefined;
      for (const wake of this.#takeWaiting()) wake();
    }, pollMs);
  }

  #takeWaiting(): ReadonlySet<() => void> {
    const waiting = this.#wake;
    this.#wake = new Set();
    return waiting;
  }
}
