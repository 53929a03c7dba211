import type { Pool } from 'pg';
import type { EventStore, Position, RecordedEvent, StreamName } from '../../application/ports/event-store.js';
import { withTransaction } from '../postgres/pool.js';
import { run, tryEvent } from './apply-batch.js';
import { liveBuild, settingsOf } from './builds.js';
import type { Failure } from './failures.js';
import type { Projection } from './projection.js';

export type RetryParts = {
  readonly pool: Pool;
  readonly store: EventStore;
  readonly projection: Projection;
  readonly statementTimeoutMs: number;
};

const streamsAtOnce = 100;
const eventsAtOnce = 500;
const retryPauseMaxMs = 300_000;
const lost: Failure = { error: 'no longer in the log', mayPass: false };

/** Tries every parked stream again, whatever it failed of, each in a transaction of its own. */
export async function retryParkedStreams(parts: RetryParts): Promise<void> {
  const { key } = liveBuild(parts.projection);
  let after = '';
  for (;;) {
    const { rows } = await parts.pool.query<{ stream: StreamName }>(
      `select distinct stream from counterfoil.parked_events
       where projection = $1 and stream > $2 order by stream limit ${streamsAtOnce}`,
      [key, after],
    );
    for (const { stream } of rows) await retryStream(parts, stream);
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.stream;
  }
}

/** Keys of the builds of which parked events are due to be tried again. */
export async function dueProjections(pool: Pool): Promise<ReadonlySet<string>> {
  const { rows } = await pool.query<{ projection: string }>(
    'select distinct projection from counterfoil.parked_events where retry_at <= clock_timestamp()',
  );
  return new Set(rows.map(({ projection }) => projection));
}

/**
 * Tries the streams again that are due: parked because of an event that may pass by itself. The first one that is
 * cancelled again ends the round, so that a trouble of the database's is not made worse.
 */
export async function retryDueStreams(parts: RetryParts, firstPauseMs: number): Promise<void> {
  for (;;) {
    const stream = await claimDue(parts, firstPauseMs);
    if (stream === undefined) return;
    const failure = await retryStream(parts, stream);
    if (failure?.mayPass) return;
  }
}

/** The stream that has been due for longest; it is due again after twice the pause of last time, whatever comes now. */
async function claimDue(
  { pool, projection }: RetryParts,
  firstPauseMs: number,
): Promise<StreamName | undefined> {
  const { rows } = await pool.query<{ stream: StreamName }>(
    `update counterfoil.parked_events
     set retries = retries + 1,
       retry_at = clock_timestamp() + least($2 * 2 ^ least(retries, 30), ${retryPauseMaxMs}) * interval '1 millisecond'
     where projection = $1 and position = (
       select position from counterfoil.parked_events where projection = $1 and retry_at <= clock_timestamp()
       order by retry_at limit 1 for update skip locked
     ) and exists (select from counterfoil.projections where name = $1 and version = $3)
     returning stream`,
    [liveBuild(projection).key, firstPauseMs, projection.version],
  );
  return rows[0]?.stream;
}

/** Applies a stream's parked events in order, up to the first that still fails, if any: answers why it does. */
async function retryStream(parts: RetryParts, stream: StreamName): Promise<Failure | undefined> {
  const { pool, store, projection, statementTimeoutMs } = parts;
  const build = liveBuild(projection);
  return withTransaction(pool, async (client) => {
    // The checkpoint's lock keeps runners out; the new epoch makes them look again at what is parked.
    const { rowCount } = await client.query(
      'update counterfoil.projections set epoch = epoch + 1 where name = $1 and version = $2',
      [build.key, projection.version],
    );
    // The tables of another version are another program's to write.
    if (rowCount === 0) return undefined;
    await run(client, settingsOf(build, statementTimeoutMs));
    for (;;) {
      const { rows } = await client.query<{ revision: bigint; position: bigint }>(
        `select revision, position from counterfoil.parked_events
         where projection = $1 and stream = $2 order by position limit ${eventsAtOnce}`,
        [build.key, stream],
      );
      const [first] = rows;
      if (first === undefined) return undefined;
      const parked = new Set(rows.map(({ revision }) => revision));
      const events = await store.readStream(stream, { from: first.revision, limit: eventsAtOnce });
      // A log that was restored from a backup may have lost it.
      if (events[0]?.revision !== first.revision) return stillParked(first.position, lost);
      for (const event of events.filter(({ revision }) => parked.has(revision))) {
        const result = await tryEvent(client, projection, event);
        if (typeof result !== 'string') return stillParked(event.position, result);
        await unpark(event);
      }
    }

    async function stillParked(position: Position, failure: Failure): Promise<Failure> {
      await client.query(
        `update counterfoil.parked_events
         set error = $3, retry_at = case when $4 then coalesce(retry_at, clock_timestamp()) end
         where projection = $1 and position = $2`,
        [build.key, position, failure.error, failure.mayPass],
      );
      return failure;
    }

    async function unpark(event: RecordedEvent): Promise<void> {
      await client.query('delete from counterfoil.parked_events where projection = $1 and position = $2', [
        build.key,
        event.position,
      ]);
    }
  });
}
