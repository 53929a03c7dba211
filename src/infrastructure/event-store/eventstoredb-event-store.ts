import { setTimeout as sleep } from 'node:timers/promises';
import type { AllStreamResolvedEvent } from '@eventstore/db-client';
import { BACKWARDS, END, EventStoreDBClient, excludeSystemEvents } from '@eventstore/db-client';
import type {
  AppendResult,
  EventStore,
  EventToAppend,
  ExpectedRevision,
  Position,
  RecordedEvent,
  StreamName,
} from '../../application/ports/event-store.js';
import { EventStoreUnavailable } from '../../application/ports/event-store.js';
import type { Logger } from '../../application/ports/logger.js';
import type { EventStoreGuards } from '../resilience/store-breakers.js';
import { unguarded } from '../resilience/store-breakers.js';
import { appendTo } from './eventstoredb-append.js';
import type { ServerStream } from './eventstoredb-reading.js';
import { collect, guarded, release } from './eventstoredb-reading.js';
import type { MarkedEvent } from './eventstoredb-records.js';
import { resumeFrom, toMarked } from './eventstoredb-records.js';
import { toStored } from './stored-event.js';

export type EventStoreDbEventStoreOptions = {
  /** `esdb://...` or `esdb+discover://...` */
  readonly connectionString: string;
  readonly logger: Logger;
  /** How long one try of an append may take, and how long a read may say nothing. */
  readonly timeoutMs?: number;
  /** After this long without an event a subscription makes sure that there is none it should have had. */
  readonly livenessMs?: number;
  /** Called around each append and each read; by default nothing is. */
  readonly guards?: EventStoreGuards;
};

const backoffMaxMs = 5_000;

/** The event store on EventStoreDB, through the official client; see eventstoredb-append.ts for its pitfalls. */
export class EventStoreDbEventStore implements EventStore {
  readonly #client: EventStoreDBClient;
  readonly #logger: Logger;
  readonly #timeoutMs: number;
  readonly #livenessMs: number;
  readonly #guards: EventStoreGuards;
  readonly #closing = new AbortController();
  readonly #appends = new Set<Promise<unknown>>();

  constructor(options: EventStoreDbEventStoreOptions) {
    this.#client = EventStoreDBClient.connectionString(options.connectionString);
    // Batch appends share one call among all callers: an error there rejects every append of the process, and late
    // answers throw where nobody can catch. The client takes the older one-call-per-append road when told that the
    // server knows no other.
    Object.assign(this.#client, { supports: () => Promise.resolve(false) });
    this.#guards = options.guards ?? { appends: unguarded, reads: unguarded };
    this.#logger = options.logger;
    this.#timeoutMs = options.timeoutMs ?? 1_500;
    this.#livenessMs = options.livenessMs ?? 10_000;
  }

  async append(
    stream: StreamName,
    expected: ExpectedRevision,
    events: readonly EventToAppend[],
  ): Promise<AppendResult> {
    toStored(stream, events);
    // The client throws where nobody can catch when its channel is shut: work that a stop has left behind ends here.
    if (this.#closing.signal.aborted) throw new EventStoreUnavailable('the event store was closed');
    const append = this.#guards.appends(() =>
      appendTo(this.#client, this.#timeoutMs, stream, expected, events),
    );
    this.#appends.add(append);
    try {
      return await append;
    } finally {
      this.#appends.delete(append);
    }
  }

  async readStream(
    stream: StreamName,
    range: { readonly from?: bigint; readonly limit?: number } = {},
  ): Promise<readonly RecordedEvent[]> {
    const limit = range.limit ?? Number.MAX_SAFE_INTEGER;
    const found = await this.#collect(
      () =>
        this.#client.readStream(stream, {
          fromRevision: range.from ?? 0n,
          maxCount: limit,
          requiresLeader: true,
        }),
      limit,
    );
    return found.map(({ recorded }) => recorded);
  }

  async readLast(stream: StreamName): Promise<RecordedEvent | undefined> {
    const [last] = await this.#collect(
      () =>
        this.#client.readStream(stream, {
          fromRevision: END,
          direction: BACKWARDS,
          maxCount: 1,
          requiresLeader: true,
        }),
      1,
    );
    return last?.recorded;
  }

  async readAll(after: Position, limit: number): Promise<readonly RecordedEvent[]> {
    // Not bounded by a count: what is not ours would use it up.
    const found = await this.#collect(
      () => this.#client.readAll({ fromPosition: resumeFrom(after), requiresLeader: true }),
      limit,
      ({ recorded }) => recorded.position > after,
    );
    return found.map(({ recorded }) => recorded);
  }

  async head(): Promise<Position> {
    // Of a read without a count the server sends far more than the one event that is looked at, so that comes second: for
    // a log whose last events are all the server's own.
    const last = (await this.#lastOfAll(8)) ?? (await this.#lastOfAll());
    return last?.position ?? 0n;
  }

  async #lastOfAll(maxCount?: number): Promise<RecordedEvent | undefined> {
    const count = maxCount === undefined ? {} : { maxCount };
    const [last] = await this.#collect(
      () => this.#client.readAll({ fromPosition: END, direction: BACKWARDS, requiresLeader: true, ...count }),
      1,
    );
    return last?.recorded;
  }

  #collect(
    read: () => ServerStream,
    limit: number,
    wanted: (event: MarkedEvent) => boolean = () => true,
  ): Promise<readonly MarkedEvent[]> {
    return this.#guards.reads(() => collect(read(), { limit, silenceMs: this.#timeoutMs, wanted }));
  }

  async *subscribe(
    after: Position,
    { signal, batchMax }: { readonly signal: AbortSignal; readonly batchMax: number },
  ): AsyncGenerator<readonly RecordedEvent[], void, undefined> {
    const ended = AbortSignal.any([signal, this.#closing.signal]);
    let position = after;
    let failures = 0;
    while (!ended.aborted) {
      try {
        for await (const batch of this.#follow(position, batchMax, ended)) {
          failures = 0;
          yield batch;
          position = batch.at(-1)?.position ?? position;
        }
      } catch (error) {
        failures += 1;
        const fields = { err: (error as Error).message, failures };
        if (failures === 1) this.#logger.warn(fields, 'A subscription lost the event store');
        const delayMs = Math.min(50 * 2 ** failures, backoffMaxMs);
        await sleep(delayMs, undefined, { signal: ended }).catch(() => undefined);
      }
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#appends);
    // Disposing waits for the end of every call, which a broken one may never reach, and leaves the connection open.
    await Promise.race([this.#client.dispose(), sleep(500)]);
    const channel = await (this.#client as unknown as { getChannel(): Promise<{ close(): void }> })
      .getChannel()
      .catch(() => undefined);
    channel?.close();
  }

  /**
   * One subscription of the server until it fails or the signal aborts. The client buffers at most a batch; beyond that
   * the server waits.
   */
  async *#follow(
    after: Position,
    batchMax: number,
    signal: AbortSignal,
  ): AsyncGenerator<readonly RecordedEvent[], void, undefined> {
    const subscription = guarded(
      this.#client.subscribeToAll(
        { fromPosition: resumeFrom(after), filter: excludeSystemEvents(), requiresLeader: true },
        { highWaterMark: batchMax },
      ),
    );
    const failed = new AbortController();
    const fail = (error?: Error): void =>
      failed.abort(error ?? new Error('the server ended the subscription'));
    subscription.on('error', fail);
    subscription.on('end', fail);
    subscription.on('close', fail);
    const either = AbortSignal.any([signal, failed.signal]);
    let position = after;
    try {
      while (!signal.aborted) {
        const batch: RecordedEvent[] = [];
        while (batch.length < batchMax) {
          const resolved: AllStreamResolvedEvent | null = subscription.read();
          if (resolved === null) break;
          const event = toMarked(resolved)?.recorded;
          if (event !== undefined && event.position > position) batch.push(event);
        }
        const last = batch.at(-1);
        if (last !== undefined) {
          position = last.position;
          yield batch;
          continue;
        }
        if (failed.signal.aborted) throw failed.signal.reason;
        await this.#newsOrProofOfLife(subscription, position, either);
      }
    } finally {
      release(subscription);
    }
  }

  /** Waits until there may be something to read. @throws when the server has something that it did not send us */
  async #newsOrProofOfLife(
    subscription: NodeJS.EventEmitter,
    position: Position,
    signal: AbortSignal,
  ): Promise<void> {
    const quiet = await new Promise<boolean>((resolve) => {
      const done = (silent: boolean): void => {
        clearTimeout(timer);
        subscription.off('readable', onNews);
        signal.removeEventListener('abort', onNews);
        resolve(silent);
      };
      const onNews = (): void => done(false);
      const timer = setTimeout(() => done(true), this.#livenessMs);
      subscription.on('readable', onNews);
      signal.addEventListener('abort', onNews);
    });
    if (!quiet || signal.aborted) return;
    if ((await this.head()) > position) {
      throw new EventStoreUnavailable(`a subscription got nothing after ${position}, though there is more`);
    }
  }
}
