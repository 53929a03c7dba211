import type { ClientBase, Pool } from 'pg';
import type { Position, RecordedEvent } from '../../application/ports/event-store.js';
import { advisoryLocks } from '../postgres/advisory-locks.js';
import { withTransaction } from '../postgres/pool.js';
import type { Failure } from './failures.js';
import type { Projection } from './projection.js';
import type { SqlStatement } from './row-changes.js';

/** One set of a projection's tables: its key in counterfoil.projections and the schema that holds them. */
export type Build = { readonly key: string; readonly schema: string };

/** The tables that the queries name. */
export function liveBuild(projection: Projection): Build {
  return { key: projection.name, schema: `read_${projection.name}` };
}

/** The tables that are built beside the live ones. */
export function besideBuild(projection: Projection): Build {
  return { key: `${projection.name}:rebuild`, schema: `rebuild_${projection.name}` };
}

/** How far a build has got, as a runner last saw it. */
export type Checkpoint = {
  readonly version: number;
  readonly epoch: bigint;
  readonly position: Position;
  /** False when no event of this build is parked. */
  readonly parked: boolean;
};

export async function loadCheckpoint(
  source: Pool | ClientBase,
  build: Build,
): Promise<Checkpoint | undefined> {
  return (await loadCheckpoints(source, [build])).get(build.key);
}

/** By key; a build that is not there has none. */
export async function loadCheckpoints(
  source: Pool | ClientBase,
  builds: readonly Build[],
): Promise<ReadonlyMap<string, Checkpoint>> {
  const { rows } = await source.query<Checkpoint & { readonly name: string }>({
    name: 'projection_checkpoints',
    text: `select name, version, epoch, position,
             exists (select 1 from counterfoil.parked_events where projection = name) as parked
           from counterfoil.projections where name = any($1)`,
    values: [builds.map(({ key }) => key)],
  });
  return new Map(rows.map(({ name, ...checkpoint }) => [name, checkpoint]));
}

/** Makes the empty tables of a build and its checkpoint; the caller has a transaction open. */
export async function createBuild(client: ClientBase, projection: Projection, build: Build): Promise<void> {
  await client.query(`create schema ${build.schema}`);
  await client.query(`set local search_path to ${build.schema}`);
  await client.query(projection.ddl);
  await client.query('insert into counterfoil.projections (name, version, position) values ($1, $2, 0)', [
    build.key,
    projection.version,
  ]);
}

/** Makes the live tables that are not there yet; processes that start at once do so one after the other. */
export function createMissingBuilds(pool: Pool, projections: readonly Projection[]): Promise<void> {
  return withTransaction(pool, async (client) => {
    await client.query('select pg_advisory_xact_lock($1)', [advisoryLocks.createProjections]);
    const known = await loadCheckpoints(client, projections.map(liveBuild));
    for (const projection of projections) {
      const build = liveBuild(projection);
      if (!known.has(build.key)) await createBuild(client, projection, build);
    }
  });
}

/** Forgets a build with all that was parked for it; the caller has a transaction open. */
export async function dropBuild(client: ClientBase, build: Build): Promise<void> {
  await client.query(`drop schema if exists ${build.schema} cascade`);
  await client.query('delete from counterfoil.parked_events where projection = $1', [build.key]);
  await client.query('delete from counterfoil.projections where name = $1', [build.key]);
}

/**
 * The settings of a transaction that writes a build's rows. Rows are found by their keys, few at a time, so the index is
 * always right; plans that were made while the tables were small must not say otherwise. The commit does not wait for the
 * disk: a crash of the server loses the last rows and their checkpoint together, and the events are applied again.
 */
export function settingsOf(build: Build, statementTimeoutMs: number): SqlStatement {
  return {
    text: `select set_config('search_path', $1, true), set_config('statement_timeout', $2, true),
      set_config('plan_cache_mode', 'force_generic_plan', true), set_config('jit', 'off', true),
      set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
      set_config('enable_mergejoin', 'off', true), set_config('synchronous_commit', 'off', true)`,
    values: [build.schema, String(statementTimeoutMs)],
  };
}

/** Fails the transaction unless the checkpoint is free and stands where the caller saw it. */
export function advance(build: Build, from: Checkpoint, to: Position, skipped: number): SqlStatement {
  return {
    text: 'select counterfoil.advance_projection($1, $2, $3, $4, $5, $6)',
    values: [build.key, from.version, from.epoch, from.position, to, skipped],
  };
}

export function park(build: Build, event: RecordedEvent, { error, mayPass }: Failure): SqlStatement {
  const { position, id, stream, revision, type, recordedAt } = event;
  return {
    text: `insert into counterfoil.parked_events
             (projection, position, event_id, stream, revision, type, recorded_at, error, retry_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, case when $9 then clock_timestamp() end)`,
    values: [build.key, position, id, stream, revision, type, recordedAt, error, mayPass],
  };
}
