import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { validate as isUuid } from 'uuid';
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
import type { EventFilter, EventQueries } from '../../application/ports/read-models.js';
import type { Instant } from '../../domain/shared/instant.js';
import { isRefusal } from '../postgres/driver-errors.js';
import { GroupCommit, Overloaded } from '../postgres/group-commit.js';
import { clientConfig, createPool } from '../postgres/pool.js';
import { WriteConnection } from '../postgres/write-connection.js';
import type { EventStoreGuards } from '../resilience/store-breakers.js';
import { unguarded } from '../resilience/store-breakers.js';
import type { PendingAppend, SentAppend } from './append-batch.js';
import { sendAppends } from './append-batch.js';
import { HeadWatch } from './head-watch.js';
import { OwnAppends } from './own-appends.js';
import type { RecordedRow } from './recorded-rows.js';
import { asText, recordedColumns, toRecorded } from './recorded-rows.js';
import { toStored } from './stored-event.js';

export type PostgresEventStoreOptions = {
  readonly connectionString: string;
  readonly logger: Logger;
  /** How often a subscriber that has seen everything looks again, where no append of this process comes first. */
  readonly pollMs?: number;
  /** How long one batch of appends or one read may take. */
  readonly timeoutMs?: number;
  /** How many positions an explorer looks through at once. */
  readonly exploreWindow?: number;
  /** What appends go out over, the caller's to close; by default the store opens its own. */
  readonly writes?: WriteConnection | undefined;
  /** Called around each batch of appends and each read; by default nothing is. */
  readonly guards?: EventStoreGuards;
};

/** One batch weighs at most this many events; every started 16 KiB counts as an event more. */
const batchMax = 64;
const weightBytes = 16_384;
const queueMax = 10_000;
/** Connections for reading. */
const readersMax = 4;
const connectTimeoutMs = 1_000;
const backoffMaxMs = 2_000;
/** An explorer that has found too little by then shows what it has. */
const exploreMs = 2_000;
/** Every query here is made for an index. A plan made while the table was small must not stay a scan of all of it. */
const settings = { enable_seqscan: 'off', enable_bitmapscan: 'off' };

/**
 * The event store on a table of Postgres (schema `eventstore`, made by `migrate`). Positions are dealt out in the order
 * of commits and have no gaps. Appends that wait in this process share one statement, one commit and one flush.
 */
export class PostgresEventStore implements EventStore, EventQueries {
  readonly #logger: Logger;
  readonly #readers: pg.Pool;
  /** One: a second batch would wait for the first one's commit all the same, and both would be smaller. */
  readonly #writes: WriteConnection;
  readonly #ownsWrites: boolean;
  readonly #appends: GroupCommit<PendingAppend, AppendResult>;
  readonly #watch: HeadWatch;
  readonly #followers = new Set<OwnAppends>();
  readonly #exploreWindow: bigint;
  readonly #guards: EventStoreGuards;
  readonly #closing = new AbortController();

  constructor(options: PostgresEventStoreOptions) {
    const { connectionString, logger, pollMs = 200, timeoutMs = 2_000 } = options;
    this.#guards = options.guards ?? { appends: unguarded, reads: unguarded };
    this.#exploreWindow = BigInt(options.exploreWindow ?? 100_000);
    const connection = { connectionString, connectTimeoutMs, queryTimeoutMs: timeoutMs, settings };
    this.#logger = logger;
    this.#readers = createPool({
      ...connection,
      max: readersMax,
      applicationName: 'counterfoil-events-read',
      logger,
    });
    this.#ownsWrites = options.writes === undefined;
    this.#writes =
      options.writes ??
      new WriteConnection(clientConfig({ ...connection, applicationName: 'counterfoil-events-append' }));
    this.#appends = new GroupCommit({
      batchMax,
      queueMax,
      weight,
      flush: (appends) => this.#flush(appends),
    });
    this.#watch = new HeadWatch(() => this.head(), pollMs);
  }

  async append(
    stream: StreamName,
    expected: ExpectedRevision,
    events: readonly EventToAppend[],
  ): Promise<AppendResult> {
    const stored = toStored(stream, events);
    try {
      return await this.#appends.submit({ stream, expected, events: stored });
    } catch (error) {
      if (error instanceof Overloaded) {
        throw new EventStoreUnavailable(`append refused: ${error.message}`, { cause: error });
      }
      throw error;
    }
  }

  async #flush(appends: readonly PendingAppend[]): Promise<readonly (AppendResult | Error)[]> {
    const sent = await this.#guards.appends(async () => {
      const answers = await sendAppends(this.#writes, appends);
      const [first] = answers;
      // One thing went wrong for the whole batch: the store did.
      if (first instanceof Error && answers.every((each) => each === first)) throw first;
      return answers;
    });
    this.#tell(appends, sent);
    return sent.map((each) => (each instanceof Error ? each : each.result));
  }

  /** Followers hear of what is in the log now. */
  #tell(appends: readonly PendingAppend[], sent: readonly (SentAppend | Error)[]): void {
    let reached: Position | undefined;
    appends.forEach(({ stream, events }, index) => {
      const answer = sent[index];
      if (answer === undefined || answer instanceof Error) return;
      const { result, appendedAt } = answer;
      if (result.outcome === 'conflict' || appendedAt === null) return;
      const { revision, position } = result;
      for (const own of this.#followers) own.add(stream, events, { revision, position, appendedAt });
      reached = position;
    });
    if (reached !== undefined) this.#watch.reached(reached);
  }

  readStream(
    stream: StreamName,
    range: { readonly from?: bigint; readonly limit?: number } = {},
  ): Promise<readonly RecordedEvent[]> {
    return this.#read(
      'read-stream',
      `select ${recordedColumns} from eventstore.events where stream = $1 and revision >= $2 order by revision limit $3`,
      [stream, range.from ?? 0n, range.limit ?? null],
    );
  }

  async readLast(stream: StreamName): Promise<RecordedEvent | undefined> {
    const [event] = await this.#read(
      'read-last',
      `select ${recordedColumns} from eventstore.events where stream = $1 order by revision desc limit 1`,
      [stream],
    );
    return event;
  }

  readAll(after: Position, limit: number): Promise<readonly RecordedEvent[]> {
    return this.#read(
      'read-all',
      `select ${recordedColumns} from eventstore.events where position > $1 order by position limit $2`,
      [after, limit],
    );
  }

  async find(eventId: string): Promise<RecordedEvent | undefined> {
    if (!isUuid(eventId)) return undefined;
    const [event] = await this.#read(
      'find',
      `select ${recordedColumns} from eventstore.events where event_id = $1`,
      [eventId],
    );
    return event;
  }

  async explore(filter: EventFilter, limit: number): ReturnType<EventQueries['explore']> {
    const { type, actor, from, before } = filter;
    const [floor, last] = await Promise.all([
      from === null ? 0n : this.#lastBefore(from),
      before === null ? this.head() : this.#lastBefore(before),
    ]);
    let below = last + 1n;
    if (filter.below !== null && filter.below < below) below = filter.below;
    const found: RecordedEvent[] = [];
    const endsAt = performance.now() + exploreMs;
    while (below > floor + 1n && found.length < limit && performance.now() < endsAt) {
      const window = below - 1n - this.#exploreWindow;
      const above = window > floor ? window : floor;
      const some = await this.#read(
        'explore',
        `select ${recordedColumns} from eventstore.events
         where position < $1 and position > $2 and ($3::text is null or type = $3)
           and ($4::timestamptz is null or recorded_at < $4)
           and ($5::text is null or metadata->'actor'->>'id' = $5 or metadata->'actor'->>'kind' = $5)
         order by position desc limit $6`,
        [below, above, type, before, actor, limit - found.length],
      );
      found.push(...some);
      below = found.length === limit ? (found.at(-1)?.position ?? below) : above + 1n;
    }
    return { events: found, below: below > floor + 1n ? below : null };
  }

  /** Position of the last event that was recorded before; 0n where there is none. Times grow with positions. */
  async #lastBefore(instant: Instant): Promise<Position> {
    const { rows } = await this.#query<[string]>(
      'last-before',
      'select position from eventstore.events where recorded_at < $1 order by position desc limit 1',
      [instant],
    );
    return BigInt(rows[0]?.[0] ?? 0);
  }

  async head(): Promise<Position> {
    const { rows } = await this.#query<[string]>(
      'head',
      'select coalesce(max(position), 0) from eventstore.events',
      [],
    );
    return BigInt(rows[0]?.[0] ?? 0);
  }

  async *subscribe(
    after: Position,
    { signal, batchMax: limit }: { readonly signal: AbortSignal; readonly batchMax: number },
  ): AsyncGenerator<readonly RecordedEvent[], void, undefined> {
    const ended = AbortSignal.any([signal, this.#closing.signal]);
    const own = new OwnAppends();
    this.#followers.add(own);
    try {
      let position = after;
      while (!ended.aborted) {
        const known = own.takeAfter(position, limit);
        const events = known.length > 0 ? known : await this.#readPatiently(position, limit, ended);
        if (ended.aborted) return;
        const last = events.at(-1);
        if (last === undefined) {
          await this.#watch.beyond(position, ended);
        } else {
          yield events;
          position = last.position;
        }
      }
    } finally {
      this.#followers.delete(own);
    }
  }

  /** As `readAll`, again and again until the store can be read or the signal aborts. */
  async #readPatiently(
    after: Position,
    limit: number,
    signal: AbortSignal,
  ): Promise<readonly RecordedEvent[]> {
    for (let failures = 1; !signal.aborted; failures += 1) {
      try {
        return await this.readAll(after, limit);
      } catch (error) {
        if (!(error instanceof EventStoreUnavailable)) throw error;
        if (failures === 1)
          this.#logger.warn({ err: error.message }, 'A subscription waits for the event store');
        const delayMs = Math.min(50 * 2 ** failures, backoffMaxMs);
        await sleep(delayMs, undefined, { signal }).catch(() => undefined);
      }
    }
    return [];
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#appends.close();
    await Promise.all([this.#ownsWrites && this.#writes.close(), this.#readers.end()]);
  }

  async #read(name: string, text: string, values: unknown[]): Promise<readonly RecordedEvent[]> {
    const { rows } = await this.#query<RecordedRow>(name, text, values);
    return rows.map(toRecorded);
  }

  #query<Row extends unknown[]>(
    name: string,
    text: string,
    values: unknown[],
  ): Promise<pg.QueryArrayResult<Row>> {
    return this.#guards.reads(() => this.#queryTwice<Row>(name, text, values));
  }

  async #queryTwice<Row extends unknown[]>(
    name: string,
    text: string,
    values: unknown[],
  ): Promise<pg.QueryArrayResult<Row>> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#readers.query<Row>({ name, text, values, rowMode: 'array', types: asText });
      } catch (error) {
        const { message } = error as Error;
        const answered = isRefusal(error);
        if (answered && error.code?.startsWith('42')) throw error;
        // A connection that died while it was idle says so when it is next used; the next one is new.
        if (attempt === 1 && !answered && !message.includes('timeout')) continue;
        throw new EventStoreUnavailable(`cannot read: ${message}`, { cause: error });
      }
    }
  }
}

function weight({ events }: PendingAppend): number {
  return events.reduce(
    (sum, { data, metadata }) => sum + 1 + Math.floor((data.length + metadata.length) / weightBytes),
    0,
  );
}
