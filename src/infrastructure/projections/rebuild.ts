import type { Pool, PoolClient } from 'pg';
import type { EventStore, Position } from '../../application/ports/event-store.js';
import { advisoryLocks } from '../postgres/advisory-locks.js';
import { withTransaction } from '../postgres/pool.js';
import type { BatchTarget } from './apply-batch.js';
import { applyBatch } from './apply-batch.js';
import type { Checkpoint } from './builds.js';
import { besideBuild, createBuild, dropBuild, liveBuild, loadCheckpoint } from './builds.js';
import type { Comparison } from './compare-builds.js';
import { compareBuilds, patiently } from './compare-builds.js';
import type { Projection } from './projection.js';

export type RebuildParts = {
  readonly pool: Pool;
  readonly store: EventStore;
  readonly projection: Projection;
  readonly statementTimeoutMs: number;
  readonly signal: AbortSignal;
};

export type Rebuilt = Comparison & {
  /** Where both builds stood when they were compared. */
  readonly position: Position;
  readonly events: bigint;
  readonly swapped: boolean;
};

const batchMax = 1_000;

/**
 * Builds a projection's tables anew from the whole log, beside the live ones, which go on being read and written. The live
 * ones are held still only while the last few events are replayed: once to take the snapshot that is compared, and
 * once more to swap.
 */
export async function rebuildBeside(parts: RebuildParts, swap: boolean): Promise<Rebuilt> {
  const client = await parts.pool.connect();
  try {
    await client.query('set statement_timeout = 0');
    // Another rebuild of the same projection, in this or another process, is waited for.
    await client.query({
      text: 'select pg_advisory_lock($1, hashtext($2))',
      values: [advisoryLocks.rebuildClass, parts.projection.name],
      ...patiently,
    });
    return await rebuildAlone(parts, client, swap);
  } finally {
    // Ending the session gives the lock back, whatever state the connection is in.
    client.release(true);
  }
}

async function rebuildAlone(parts: RebuildParts, snapshot: PoolClient, swap: boolean): Promise<Rebuilt> {
  const { pool, projection } = parts;
  const live = liveBuild(projection);
  const beside = besideBuild(projection);
  const retired = { key: `${projection.name}:retired`, schema: `retired_${projection.name}` };
  const tidyUp = (): Promise<void> =>
    withTransaction(pool, async (client) => {
      await dropBuild(client, retired);
      await dropBuild(client, beside);
    });
  await tidyUp();
  await withTransaction(pool, (client) => createBuild(client, projection, beside));
  try {
    const replay = await createReplay(parts);
    await replay.catchUp();
    const position = await holdingStill(parts, async (_client, at) => {
      await replay.upTo(at);
      await snapshot.query('begin isolation level repeatable read read only');
      // The first query takes the snapshot, and with it everything that is compared.
      await snapshot.query('select 1 from counterfoil.projections');
      return at;
    });
    const comparison = await compareBuilds(snapshot, projection, live, beside);
    await snapshot.query('commit');
    if (swap) {
      await replay.catchUp();
      await holdingStill(parts, async (client, at) => {
        await replay.upTo(at);
        await swapBuilds(client, projection, retired.schema);
      });
    }
    return { ...comparison, position, events: replay.events(), swapped: swap };
  } finally {
    await tidyUp();
  }
}

type Replay = {
  /** Replays to about where the live build is. */
  catchUp(): Promise<void>;
  /** Replays to exactly a position. */
  upTo(position: Position): Promise<void>;
  events(): bigint;
};

async function createReplay(parts: RebuildParts): Promise<Replay> {
  const { pool, store, projection, statementTimeoutMs, signal } = parts;
  const live = liveBuild(projection);
  const target: BatchTarget = { pool, projection, build: besideBuild(projection), statementTimeoutMs };
  let checkpoint = await required(pool, target.build);
  let events = 0n;

  async function upTo(position: Position): Promise<void> {
    while (checkpoint.position < position) {
      signal.throwIfAborted();
      const batch = (await store.readAll(checkpoint.position, batchMax)).filter(
        (event) => event.position <= position,
      );
      if (batch.length === 0) throw new Error(`the event log ends before position ${position}`);
      const applied = await applyBatch(target, checkpoint, batch);
      if (applied.outcome !== 'applied') throw new Error(`another process changed ${target.build.key}`);
      events += BigInt(batch.length);
      checkpoint = applied.checkpoint;
    }
  }

  async function catchUp(): Promise<void> {
    for (;;) {
      const before = events;
      await upTo(await reachable(store, (await required(pool, live)).position));
      if (events - before < BigInt(batchMax)) return;
    }
  }

  return { catchUp, upTo, events: () => events };
}

async function required(pool: Pool, build: { key: string; schema: string }): Promise<Checkpoint> {
  const checkpoint = await loadCheckpoint(pool, build);
  if (checkpoint === undefined) throw new Error(`there is no checkpoint ${build.key}`);
  return checkpoint;
}

/** A log that was restored from a backup may end before the checkpoint. */
async function reachable(store: EventStore, position: Position): Promise<Position> {
  const head = await store.head();
  return head < position ? head : position;
}

/** Runs `use` while no runner can move the live build, which stands at the given position or past the log's end. */
function holdingStill<T>(
  { pool, store, projection }: RebuildParts,
  use: (client: PoolClient, position: Position) => Promise<T>,
): Promise<T> {
  return withTransaction(pool, async (client) => {
    const { rows } = await client.query<{ position: Position }>(
      'select position from counterfoil.projections where name = $1 for update',
      [liveBuild(projection).key],
    );
    const [row] = rows;
    if (row === undefined) throw new Error(`there is no checkpoint ${projection.name}`);
    return use(client, await reachable(store, row.position));
  });
}

/**
 * The new tables take the names of the old ones, with checkpoint and parked events, in the caller's transaction. A query
 * sees the old tables or the new ones, never none: Postgres looks names up again when they change under it.
 */
async function swapBuilds(client: PoolClient, projection: Projection, retiredSchema: string): Promise<void> {
  const live = liveBuild(projection);
  const beside = besideBuild(projection);
  await client.query(`alter schema ${live.schema} rename to ${retiredSchema}`);
  await client.query(`alter schema ${beside.schema} rename to ${live.schema}`);
  await client.query('delete from counterfoil.parked_events where projection = $1', [live.key]);
  await client.query('update counterfoil.parked_events set projection = $1 where projection = $2', [
    live.key,
    beside.key,
  ]);
  await client.query(
    `update counterfoil.projections live
       set version = beside.version, position = beside.position, skipped_events = beside.skipped_events, epoch = live.epoch + 1
     from counterfoil.projections beside where live.name = $1 and beside.name = $2`,
    [live.key, beside.key],
  );
  await client.query('delete from counterfoil.projections where name = $1', [beside.key]);
}
