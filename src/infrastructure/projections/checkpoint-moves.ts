import type { Pool } from 'pg';
import type { Position } from '../../application/ports/event-store.js';
import { GroupCommit } from '../postgres/group-commit.js';
import type { Build, Checkpoint } from './builds.js';

type Move = { readonly build: Build; readonly from: Checkpoint; readonly to: Position };

/** Whoever holds a checkpoint is not waited for, and it stays where it is. The commit does not wait for the disk. */
const statement = `
  with unhurried as materialized (select set_config('synchronous_commit', 'off', true)),
  free as materialized (
    select name from counterfoil.projections where name = any($1::text[]) order by name for update skip locked
  )
  update counterfoil.projections as projection
  set position = move.to_position, updated_at = clock_timestamp()
  from unnest($1::text[], $2::integer[], $3::bigint[], $4::bigint[], $5::bigint[])
      as move (name, version, epoch, from_position, to_position)
    join free using (name), unhurried
  where projection.name = move.name and projection.version = move.version and projection.epoch = move.epoch
    and projection.position = move.from_position
  returning projection.name`;

/**
 * Moves checkpoints past events that change nothing in their tables. Of most events that is so for most read models, all of
 * which come by at the same moment: they go out in one statement, not in a transaction each.
 */
export class CheckpointMoves {
  readonly #moves: GroupCommit<Move, boolean>;

  /** @param pool stays the caller's to close, after `close` */
  constructor(pool: Pool) {
    this.#moves = new GroupCommit({
      batchMax: 64,
      queueMax: Number.POSITIVE_INFINITY,
      flush: (moves) => moveAll(pool, moves),
    });
  }

  /** False when the checkpoint is held by another, or not where the caller saw it: it was not moved. */
  move(build: Build, from: Checkpoint, to: Position): Promise<boolean> {
    return this.#moves.submit({ build, from, to });
  }

  /** Resolves when what was submitted before is done. */
  close(): Promise<void> {
    return this.#moves.close();
  }
}

async function moveAll(pool: Pool, moves: readonly Move[]): Promise<readonly boolean[]> {
  const { rows } = await pool.query<{ readonly name: string }>({
    name: 'projections-move',
    text: statement,
    values: [
      moves.map(({ build }) => build.key),
      moves.map(({ from }) => from.version),
      moves.map(({ from }) => from.epoch),
      moves.map(({ from }) => from.position),
      moves.map(({ to }) => to),
    ],
  });
  const moved = new Set(rows.map(({ name }) => name));
  return moves.map(({ build }) => moved.has(build.key));
}
