import { setTimeout as sleep } from 'node:timers/promises';
import type { EventStore, Position, RecordedEvent } from '../../application/ports/event-store.js';
import type { Logger } from '../../application/ports/logger.js';
import { withPatience } from '../../application/shared/with-patience.js';
import type { Applied, BatchTarget } from './apply-batch.js';
import { applyBatch } from './apply-batch.js';
import type { Checkpoint } from './builds.js';
import { loadCheckpoint } from './builds.js';
import type { CheckpointMoves } from './checkpoint-moves.js';
import type { Progress } from './progress.js';
import type { SharedLog } from './shared-log.js';

const heldPauseMs = 50;
/** A runner that stands by takes over when the checkpoint rests this long although there are events after it. */
const standbyLookMs = 450;
const backoffMaxMs = 5_000;
/**
 * Checkpoints that are put off move on the stroke of a clock that is the same for all, and so together. Well below `standbyLookMs`,
 * or one who stands by would take a checkpoint for abandoned.
 */
const strokeMs = 200;
const putOffMax = 1_000;

/** Events in their order; `changes` is false when none of them changes the tables. */
type Collected = { readonly events: readonly RecordedEvent[]; readonly changes: boolean };

/**
 * Keeps one projection's live tables up with the log. Any number of processes may run the same projection: each batch
 * claims the checkpoint within its own transaction, and who finds it moved by another stands by until that one rests.
 */
export class ProjectionRunner {
  readonly #target: BatchTarget;
  readonly #store: EventStore;
  readonly #log: SharedLog;
  readonly #moves: CheckpointMoves;
  readonly #progress: Progress;
  readonly #logger: Logger;

  constructor(parts: {
    readonly target: BatchTarget;
    readonly store: EventStore;
    readonly log: SharedLog;
    readonly moves: CheckpointMoves;
    readonly progress: Progress;
    readonly logger: Logger;
  }) {
    this.#target = parts.target;
    this.#store = parts.store;
    this.#log = parts.log;
    this.#moves = parts.moves;
    this.#progress = parts.progress;
    this.#logger = parts.logger;
  }

  /**
   * Runs until `signal` aborts; outages of Postgres or the event store are waited out.
   * @param seen where the checkpoint was a moment ago, which saves the first look
   */
  async run(signal: AbortSignal, seen?: Checkpoint): Promise<void> {
    let first = seen;
    let failures = 0;
    let failedAt: Position | undefined;
    while (!signal.aborted) {
      try {
        const checkpoint = this.#ofOurVersion(first) ?? (await this.#load());
        first = undefined;
        await this.#follow(checkpoint, signal);
        await this.#standBy(signal);
      } catch (error) {
        if (signal.aborted) return;
        const position = this.#progress.positionOf(this.#name);
        failures = position === failedAt ? Math.min(failures + 1, 10) : 0;
        failedAt = position;
        this.#logger.warn({ err: error, projection: this.#name }, 'A projection waits for its stores');
        await pause(Math.min(100 * 2 ** failures, backoffMaxMs), signal);
      }
    }
  }

  get #name(): string {
    return this.#target.projection.name;
  }

  /** Applies what comes, until another runner turns out to do so. */
  async #follow(from: Checkpoint | undefined, signal: AbortSignal): Promise<void> {
    let checkpoint = from;
    while (checkpoint !== undefined && !signal.aborted) {
      const { events, changes } = await this.#collect(checkpoint, signal);
      const [oldest] = events;
      if (oldest === undefined) return;
      const applied: Applied = changes
        ? await applyBatch(this.#target, checkpoint, events)
        : await this.#pass(checkpoint, events);
      if (applied.outcome === 'applied') {
        checkpoint = applied.checkpoint;
        this.#noteApplied(checkpoint.position, Date.parse(oldest.recordedAt));
        if (applied.parkedNow > 0) {
          this.#logger.error(
            { projection: this.#name, events: applied.parkedNow },
            'A projection parked events that it cannot apply',
          );
        }
        continue;
      }
      if (applied.outcome === 'held') await pause(heldPauseMs, signal);
      const found: Checkpoint | undefined = await this.#load();
      // Elsewhere than we left it: another runner is at work. In the same place, parked events were retried, say.
      if (found?.position !== checkpoint.position) return;
      checkpoint = found;
    }
  }

  /**
   * What follows the checkpoint, up to a batch that changes the tables, if there is one. Most events mean nothing to most read
   * models: such batches are put off until the next stroke, and the checkpoint passes many of them at once. Empty when the signal
   * aborts before anything comes.
   */
  async #collect(checkpoint: Checkpoint, signal: AbortSignal): Promise<Collected> {
    const events: RecordedEvent[] = [];
    let changes = false;
    /** False when there is no more to wait for. */
    const takeNext = async (patience: AbortSignal): Promise<boolean> => {
      const position = events.at(-1)?.position ?? checkpoint.position;
      const batch = await this.#log.next(position, patience);
      const [oldest] = batch ?? [];
      if (batch === undefined || oldest === undefined) return false;
      events.push(...batch);
      changes = checkpoint.parked || !this.#meanNothing(batch);
      if (changes) {
        this.#progress.pending(this.#name, position, oldest);
        return false;
      }
      this.#noteApplied(batch.at(-1)?.position ?? position, Date.parse(oldest.recordedAt));
      return events.length < putOffMax;
    };
    if (!(await takeNext(signal))) return { events, changes };
    await withPatience(signal, strokeMs - (performance.now() % strokeMs), async (patience) => {
      while (await takeNext(patience));
    });
    return { events, changes };
  }

  async #pass(from: Checkpoint, events: readonly RecordedEvent[]): Promise<Applied> {
    const position = events.at(-1)?.position ?? from.position;
    if (!(await this.#moves.move(this.#target.build, from, position))) return { outcome: 'held' };
    return { outcome: 'applied', checkpoint: { ...from, position }, parkedNow: 0 };
  }

  #meanNothing(events: readonly RecordedEvent[]): boolean {
    try {
      return events.every((event) => this.#target.projection.changesOf(event)?.length === 0);
    } catch {
      // Poison, which is found again and parked where each event has its own savepoint.
      return false;
    }
  }

  #noteApplied(position: Position, recordedAt: number): void {
    const atHead = position >= this.#log.seen;
    this.#progress.applied(this.#name, position, atHead ? undefined : recordedAt);
  }

  /** Resolves when it is this runner's turn: the checkpoint has not moved although there is something to apply. */
  async #standBy(signal: AbortSignal): Promise<void> {
    let last: Position | undefined;
    while (!signal.aborted) {
      const checkpoint = await this.#load();
      const head = await this.#store.head();
      if (checkpoint === undefined || checkpoint.position >= head) last = undefined;
      else if (checkpoint.position === last) return;
      else last = checkpoint.position;
      await pause(standbyLookMs, signal);
    }
  }

  /** Undefined while the live tables are of another version: then another program, or a rebuild, sees to them. */
  async #load(): Promise<Checkpoint | undefined> {
    const { pool, build } = this.#target;
    return this.#ofOurVersion(await loadCheckpoint(pool, build));
  }

  #ofOurVersion(checkpoint: Checkpoint | undefined): Checkpoint | undefined {
    return checkpoint?.version === this.#target.projection.version ? checkpoint : undefined;
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
