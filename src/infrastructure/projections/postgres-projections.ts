import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { bulkhead } from 'cockatiel';
import type { Pool } from 'pg';
import { v7 } from 'uuid';
import type { EventStore, Position } from '../../application/ports/event-store.js';
import type { Logger } from '../../application/ports/logger.js';
import type {
  ParkedEvent,
  ProjectionStatus,
  Projections,
  ReplayReport,
} from '../../application/ports/read-models.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { Applied } from './apply-batch.js';
import type { Checkpoint } from './builds.js';
import { createMissingBuilds, liveBuild, loadCheckpoint, loadCheckpoints } from './builds.js';
import { CheckpointMoves } from './checkpoint-moves.js';
import type { RetryParts } from './parked-events.js';
import { dueProjections, retryDueStreams, retryParkedStreams } from './parked-events.js';
import { Progress } from './progress.js';
import type { Projection } from './projection.js';
import { ProjectionRunner } from './projection-runner.js';
import { rebuildBeside } from './rebuild.js';
import { findReplay, instantOf, saveReplay } from './replays.js';
import { SharedLog } from './shared-log.js';

/** The checkpoints by the keys of their builds, and the end of the log a moment later. */
type FirstLook = { readonly checkpoints: ReadonlyMap<string, Checkpoint>; readonly head: Position };

export type PostgresProjectionsParts = {
  /** For this class alone, with at least 4 connections. */
  readonly pool: Pool;
  readonly store: EventStore;
  readonly projections: readonly Projection[];
  readonly logger: Logger;
  /** Events per transaction, at most 1,000. */
  readonly batchMax?: number;
  readonly statementTimeoutMs?: number;
  /** How often it is looked for parked events to try again, and the first pause between two tries of one. */
  readonly retryParkedMs?: number;
};

const defaultBatchMax = 1_000;
const defaultStatementTimeoutMs = 5_000;
const defaultRetryParkedMs = 5_000;
/** The seventh comes after five minutes; from then on the event is taken for poison, and the lag is told without it. */
const retriesInLag = 7;
const lookEveryMs = 500;
/** With the time that a store takes to say nothing, some fifteen seconds. */
const firstLooksMax = 10;
const parkedMax = 1_000;
/** Each holds one connection and asks for others: as many at once as there are connections would wait for each other. */
const rebuildsAtOnce = 2;

/** The read models of this process: built, run, watched and rebuilt. */
export class PostgresProjections implements Projections {
  readonly names: readonly string[];
  readonly #parts: PostgresProjectionsParts;
  readonly #statementTimeoutMs: number;
  readonly #log: SharedLog;
  readonly #moves: CheckpointMoves;
  readonly #progress = new Progress();
  readonly #rebuilds = bulkhead(rebuildsAtOnce, Number.POSITIVE_INFINITY);
  /**
   * One projection writes its batch at a time. More of them at once take more connections, each of which plans the statements of
   * every projection anew and has its own caches to fill, and leave less of the machine to requests.
   */
  readonly #turns = bulkhead(1, Number.POSITIVE_INFINITY);
  readonly #stopping = new AbortController();
  #running: readonly Promise<void>[] = [];

  constructor(parts: PostgresProjectionsParts) {
    this.#parts = parts;
    // Each projection listens while it waits, and there are more of them than Node takes for usual.
    setMaxListeners(0, this.#stopping.signal);
    this.names = parts.projections.map(({ name }) => name);
    this.#statementTimeoutMs = parts.statementTimeoutMs ?? defaultStatementTimeoutMs;
    const { store, logger, batchMax = defaultBatchMax } = parts;
    this.#log = new SharedLog({ store, logger, batchMax });
    this.#moves = new CheckpointMoves(parts.pool);
  }

  /** The log as the projections read it: whoever reads along costs no read of their own. */
  get log(): Pick<SharedLog, 'next'> {
    return this.#log;
  }

  /** Makes tables that do not exist yet, and begins to run; a projection's failures do not end it. */
  async start(): Promise<void> {
    const { checkpoints, head } = await this.#begin();
    const running = this.#parts.projections.map((projection) =>
      this.#run(projection, checkpoints.get(liveBuild(projection).key), head),
    );
    this.#running = [...this.#running, ...running, this.#keepRetrying()];
  }

  /** For a process that leaves the running to others: makes tables that do not exist yet, and follows the checkpoints. */
  async watch(): Promise<void> {
    await this.#begin();
  }

  async #begin(): Promise<FirstLook> {
    await createMissingBuilds(this.#parts.pool, this.#parts.projections);
    const found = await this.#firstLook();
    this.#running = [this.#watch()];
    return found;
  }

  /** Before it nothing is known of any lag. A store that is slow while many processes start is asked again. */
  async #firstLook(): Promise<FirstLook> {
    const { pool, store, projections, logger } = this.#parts;
    for (let looks = 1; ; looks += 1) {
      try {
        // In this order: no checkpoint is ahead of a head that was looked at later.
        const checkpoints = await loadCheckpoints(pool, projections.map(liveBuild));
        const head = await store.head();
        await this.#look();
        return { checkpoints, head };
      } catch (error) {
        if (looks === firstLooksMax || this.#stopping.signal.aborted) throw error;
        logger.warn({ err: error }, 'The read models wait for their stores');
        await sleep(lookEveryMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      }
    }
  }

  /** Lets the batches under way finish. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#running);
    await this.#moves.close();
    await this.#log.close();
  }

  async status(): Promise<readonly ProjectionStatus[]> {
    const now = Date.now();
    const { rows } = await this.#parts.pool.query<Omit<ProjectionStatus, 'lag_ms'>>(
      `select name, version, position, skipped_events, updated_at,
         (select count(distinct stream) from counterfoil.parked_events where projection = name)::int as parked_streams,
         (select count(*) from counterfoil.parked_events where projection = name)::int as parked_events
       from counterfoil.projections where name = any($1) order by name`,
      [this.names],
    );
    return rows.map((row) => ({ ...row, lag_ms: this.#progress.lagMsOf(row.name, now) }));
  }

  async parked(name: string): Promise<readonly ParkedEvent[]> {
    const { rows } = await this.#parts.pool.query<ParkedEvent>(
      `select projection, event_id, stream, position, type, error, retry_at, parked_at
       from counterfoil.parked_events where projection = $1 order by position limit ${parkedMax}`,
      [name],
    );
    return rows;
  }

  async retryParked(name: string): Promise<number> {
    const projection = this.#find(name);
    if (projection === undefined) return 0;
    await retryParkedStreams(this.#retryParts(projection));
    const { rows } = await this.#parts.pool.query<{ parked: number }>(
      'select count(*)::int as parked from counterfoil.parked_events where projection = $1',
      [name],
    );
    return rows[0]?.parked ?? 0;
  }

  async rebuild(name: string, options: { readonly swap: boolean }): Promise<ReplayReport | undefined> {
    const projection = this.#find(name);
    if (projection === undefined) return undefined;
    return this.#rebuilds.execute(() => {
      // Here, for a bulkhead that is given the signal forgets all who wait behind the first whom it refuses.
      this.#stopping.signal.throwIfAborted();
      return this.#rebuild(projection, options.swap);
    });
  }

  async #rebuild(projection: Projection, swap: boolean): Promise<ReplayReport> {
    const startedAt = Date.now();
    const { rows, differenceCount, ...rebuilt } = await rebuildBeside(
      {
        pool: this.#parts.pool,
        store: this.#parts.store,
        projection,
        statementTimeoutMs: this.#statementTimeoutMs,
        signal: this.#stopping.signal,
      },
      swap,
    );
    const report: ReplayReport = {
      id: `rpy_${v7()}`,
      projection: projection.name,
      version: projection.version,
      ...rebuilt,
      rows_compared: rows,
      difference_count: differenceCount,
      started_at: instantOf(startedAt),
      finished_at: instantOf(Date.now()),
    };
    await saveReplay(this.#parts.pool, report);
    return report;
  }

  replay(id: string): Promise<ReplayReport | undefined> {
    return findReplay(this.#parts.pool, id);
  }

  lagMs(): number {
    const now = Date.now();
    return Math.max(0, ...this.names.map((name) => this.#progress.lagMsOf(name, now)));
  }

  async reached(position: Position, timeoutMs: number): Promise<boolean> {
    const deadline = Date.now() + timeoutMs;
    const done = (): boolean =>
      this.names.every((name) => (this.#progress.positionOf(name) ?? 0n) >= position);
    let lookAt = Date.now() + 50;
    while (!done()) {
      const now = Date.now();
      if (now >= deadline) return false;
      // Another process may be the one that runs them.
      if (now >= lookAt) {
        await this.#look().catch(() => undefined);
        lookAt = Date.now() + 50;
      } else await this.#progress.changed(Math.min(deadline, lookAt) - now);
    }
    return true;
  }

  #find(name: string): Projection | undefined {
    return this.#parts.projections.find((projection) => projection.name === name);
  }

  #retryParts(projection: Projection): RetryParts {
    const { pool, store } = this.#parts;
    return { pool, store, projection, statementTimeoutMs: this.#statementTimeoutMs };
  }

  async #run(projection: Projection, found: Checkpoint | undefined, head: Position): Promise<void> {
    const { signal } = this.#stopping;
    const { pool, store, logger } = this.#parts;
    let seen = found;
    while (!signal.aborted) {
      try {
        seen = await this.#replaceOutdated(projection, seen, head);
        break;
      } catch (error) {
        if (signal.aborted) return;
        logger.error({ err: error, projection: projection.name }, 'A read model could not be built anew');
        await sleep(5_000, undefined, { signal }).catch(() => undefined);
        seen = undefined;
      }
    }
    const target = {
      pool,
      projection,
      build: liveBuild(projection),
      statementTimeoutMs: this.#statementTimeoutMs,
      // Those that still wait when the process stops leave their batch to the next who runs the projection.
      inTurn: (apply: () => Promise<Applied>) =>
        this.#turns.execute((): Applied | Promise<Applied> =>
          signal.aborted ? { outcome: 'held' } : apply(),
        ),
    };
    const shared = { log: this.#log, moves: this.#moves, progress: this.#progress };
    await new ProjectionRunner({ target, store, logger, ...shared }).run(signal, seen);
  }

  /**
   * Tables of an older version, or ones that are ahead of a log that was restored from a backup, are built anew.
   * @param seen where the checkpoint is, if somebody has just looked
   * @returns where it is then; undefined when there is none
   */
  async #replaceOutdated(
    projection: Projection,
    seen: Checkpoint | undefined,
    head: Position,
  ): Promise<Checkpoint | undefined> {
    const { pool, logger } = this.#parts;
    const live = seen ?? (await loadCheckpoint(pool, liveBuild(projection)));
    if (live === undefined) return undefined;
    const ahead = live.position > head;
    if (live.version >= projection.version && !ahead) return live;
    const found = { projection: projection.name, from: live.version, to: projection.version, ahead };
    logger.warn(found, 'A read model is out of date and is built anew');
    await this.rebuild(projection.name, { swap: true });
    // The position may be a lower one than this process has seen.
    const renewed = await loadCheckpoint(pool, liveBuild(projection));
    if (renewed !== undefined) this.#progress.applied(projection.name, renewed.position, undefined);
    return renewed;
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await sleep(lookEveryMs, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await this.#look().catch(() => undefined);
    }
  }

  /** A round may take as long as a statement, so it has its own pace: the watch must not seem to have stopped. */
  async #keepRetrying(): Promise<void> {
    const { signal } = this.#stopping;
    const { pool, projections, logger, retryParkedMs = defaultRetryParkedMs } = this.#parts;
    while (!signal.aborted) {
      await sleep(retryParkedMs, undefined, { signal }).catch(() => undefined);
      const due = await dueProjections(pool).catch((error: unknown) => {
        logger.warn({ err: error }, 'It could not be seen which parked events are due');
        return new Set();
      });
      for (const projection of projections.filter((each) => due.has(liveBuild(each).key))) {
        if (signal.aborted) return;
        await retryDueStreams(this.#retryParts(projection), retryParkedMs).catch((error: unknown) =>
          logger.warn({ err: error, projection: projection.name }, 'Parked events could not be tried again'),
        );
      }
    }
  }

  /** Reads how far the projections are, whichever process runs them, and how old the oldest unapplied event is. */
  async #look(): Promise<void> {
    const { pool, store } = this.#parts;
    const head = await store.head();
    const { rows } = await pool.query<{ name: string; position: Position; parked_since: Instant | null }>({
      name: 'projection_positions',
      text: `select name, position,
               (select min(recorded_at) from counterfoil.parked_events
                where projection = name and retry_at is not null and retries < ${retriesInLag}) as parked_since
             from counterfoil.projections where name = any($1)`,
      values: [this.names],
    });
    for (const { name, position, parked_since: parkedSince } of rows) {
      this.#progress.parked(name, parkedSince === null ? undefined : Date.parse(parkedSince));
      // A runner of this process may have gone on meanwhile, and knows better.
      const isOld = (): boolean => (this.#progress.positionOf(name) ?? 0n) > position;
      if (isOld()) continue;
      if (position < head && this.#progress.confirmPending(name, position)) continue;
      const oldest = position >= head ? undefined : (await store.readAll(position, 1))[0];
      if (isOld()) continue;
      if (oldest === undefined) this.#progress.applied(name, position, undefined);
      else this.#progress.pending(name, position, oldest);
    }
  }
}
