import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import type { RecordedEvent } from '../../application/ports/event-store.js';
import { sendBatch } from './batch-query.js';
import type { Build, Checkpoint } from './builds.js';
import { advance, park, settingsOf } from './builds.js';
import type { Failure } from './failures.js';
import { failureOf, isHeldElsewhere, isMovedElsewhere, isPoison } from './failures.js';
import type { Projection } from './projection.js';
import type { RowChange, SqlStatement } from './row-changes.js';
import { statementsFor } from './row-changes.js';

export type BatchTarget = {
  readonly pool: Pool;
  readonly projection: Projection;
  readonly build: Build;
  /** A statement that takes longer is as good as endless: its event is parked. */
  readonly statementTimeoutMs: number;
  /** Waited for by a transaction that takes a whole batch; by default nothing is. */
  readonly inTurn?: InTurn;
};

/** Applies a batch when it is its turn. */
type InTurn = (apply: () => Promise<Applied>) => Promise<Applied>;

export type Applied =
  | { readonly outcome: 'applied'; readonly checkpoint: Checkpoint; readonly parkedNow: number }
  /** Another runner is writing at this moment. */
  | { readonly outcome: 'held' }
  /** The checkpoint is not where it was: read it again. */
  | { readonly outcome: 'moved' };

const retryPauseMs = 50;
/** Small, so that the events of a batch with poison in it are not held up for long behind endless statements. */
const carefulMax = 100;
const behind: Failure = { error: 'an earlier event of this stream is parked', mayPass: false };

/**
 * Applies events and moves the checkpoint in one transaction. When that fails for a reason that lies in an event, it is
 * tried once more, and then event by event: the ones that fail are parked together with all later ones of their stream. That may
 * take long, and nobody has to wait for it.
 * @throws what is no event's fault, such as a lost connection; nothing was applied then, or the checkpoint shows it
 */
export async function applyBatch(
  target: BatchTarget,
  from: Checkpoint,
  events: readonly RecordedEvent[],
): Promise<Applied> {
  const { inTurn = withoutWaiting } = target;
  const parked = from.parked ? await parkedAmong(target, events) : new Set<string>();
  for (let attempt = 1; attempt <= 2; attempt += 1) {
    try {
      return await inTurn(() => applyAtOnce(target, from, events, parked));
    } catch (error) {
      if (isHeldElsewhere(error)) return { outcome: 'held' };
      if (isMovedElsewhere(error)) return { outcome: 'moved' };
      if (!isPoison(error)) throw error;
      await sleep(retryPauseMs);
    }
  }
  return applyInParts(target, from, events, parked);
}

const withoutWaiting: InTurn = (apply) => apply();

async function applyAtOnce(
  { pool, projection, build, statementTimeoutMs }: BatchTarget,
  from: Checkpoint,
  events: readonly RecordedEvent[],
  parkedStreams: ReadonlySet<string>,
): Promise<Applied> {
  const changes: RowChange[] = [];
  const parking: SqlStatement[] = [];
  let skipped = 0;
  for (const event of events) {
    if (parkedStreams.has(event.stream)) {
      parking.push(park(build, event, behind));
      continue;
    }
    const meant = projection.changesOf(event);
    if (meant === undefined) skipped += 1;
    else changes.push(...meant);
  }
  const to = lastOf(events).position;
  const statements: SqlStatement[] = [
    { text: 'begin', values: [] },
    settingsOf(build, statementTimeoutMs),
    advance(build, from, to, skipped),
    ...parking,
    ...statementsFor(projection.tables, changes),
    { text: 'commit', values: [] },
  ];
  const client = await pool.connect();
  let broken = true;
  try {
    await sendBatch(client, statements);
    broken = false;
  } finally {
    client.release(broken);
  }
  return { outcome: 'applied', checkpoint: { ...from, position: to }, parkedNow: parking.length };
}

async function applyInParts(
  target: BatchTarget,
  from: Checkpoint,
  events: readonly RecordedEvent[],
  parkedStreams: ReadonlySet<string>,
): Promise<Applied> {
  let applied: Applied = { outcome: 'applied', checkpoint: from, parkedNow: 0 };
  const streams = new Set(parkedStreams);
  let parkedNow = 0;
  for (let start = 0; start < events.length; start += carefulMax) {
    const part = events.slice(start, start + carefulMax);
    applied = await applyOneByOne(target, applied.checkpoint, part, streams);
    if (applied.outcome !== 'applied') return applied;
    parkedNow += applied.parkedNow;
  }
  return { ...applied, parkedNow };
}

async function applyOneByOne(
  { pool, projection, build, statementTimeoutMs }: BatchTarget,
  from: Checkpoint,
  events: readonly RecordedEvent[],
  parkedStreams: Set<string>,
): Promise<Applied> {
  const to = lastOf(events).position;
  const client = await pool.connect();
  let broken = true;
  let skipped = 0;
  let parkedNow = 0;
  try {
    await client.query('begin');
    await run(client, settingsOf(build, statementTimeoutMs));
    await run(client, advance(build, from, to, 0));
    for (const event of events) {
      if (parkedStreams.has(event.stream)) {
        await run(client, park(build, event, behind));
        parkedNow += 1;
        continue;
      }
      const result = await tryEvent(client, projection, event);
      if (result === 'skipped') skipped += 1;
      if (typeof result === 'string') continue;
      parkedStreams.add(event.stream);
      await run(client, park(build, event, result));
      parkedNow += 1;
    }
    await client.query(
      'update counterfoil.projections set skipped_events = skipped_events + $2 where name = $1',
      [build.key, skipped],
    );
    await client.query('commit');
    broken = false;
    const checkpoint = { ...from, position: to, parked: from.parked || parkedNow > 0 };
    return { outcome: 'applied', checkpoint, parkedNow };
  } catch (error) {
    if (isHeldElsewhere(error)) return { outcome: 'held' };
    if (isMovedElsewhere(error)) return { outcome: 'moved' };
    throw error;
  } finally {
    client.release(broken);
  }
}

/**
 * Applies one event within a transaction that goes on whatever comes of it.
 * @throws what is no event's fault
 */
export async function tryEvent(
  client: PoolClient,
  projection: Projection,
  event: RecordedEvent,
): Promise<'applied' | 'skipped' | Failure> {
  await client.query('savepoint event');
  try {
    const changes = projection.changesOf(event);
    if (changes === undefined) return 'skipped';
    for (const statement of statementsFor(projection.tables, changes)) await run(client, statement);
    await client.query('release savepoint event');
    return 'applied';
  } catch (error) {
    if (!isPoison(error)) throw error;
    await client.query('rollback to savepoint event');
    return failureOf(error);
  }
}

/** Which of the events' streams have events parked. */
async function parkedAmong(
  { pool, build }: BatchTarget,
  events: readonly RecordedEvent[],
): Promise<Set<string>> {
  const streams = [...new Set(events.map(({ stream }) => stream))];
  const { rows } = await pool.query<{ stream: string }>(
    'select distinct stream from counterfoil.parked_events where projection = $1 and stream = any($2)',
    [build.key, streams],
  );
  return new Set(rows.map(({ stream }) => stream));
}

export async function run(client: PoolClient, { text, values }: SqlStatement): Promise<void> {
  await client.query(text, [...values]);
}

function lastOf(events: readonly RecordedEvent[]): RecordedEvent {
  const last = events.at(-1);
  if (last === undefined) throw new RangeError('an empty batch has nothing to apply');
  return last;
}
