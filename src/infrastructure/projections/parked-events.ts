import type { Pool } from 'pg';
import type { EventStore, RecordedEvent, StreamName } from '../../application/ports/event-store.js';
import { withTransaction } from '../postgres/pool.js';
import { run, tryEvent } from './apply-batch.js';
import { liveBuild, settingsOf } from './builds.js';
import type { Projection } from './projection.js';

export type RetryParts = {
  readonly pool: Pool;
  readonly store: EventStore;
  readonly projection: Projection;
  readonly statementTimeoutMs: number;
};

const streamsAtOnce = 100;
const eventsAtOnce = 500;

/** Tries every parked stream again, each in a transaction of its own. */
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

/** Applies a stream's parked events in order, up to the first that still fails. */
async function retryStream(parts: RetryParts, stream: StreamName): Promise<void> {
  const { pool, store, projection, statementTimeoutMs } = parts;
  const build = liveBuild(projection);
  await withTransaction(pool, async (client) => {
    // The checkpoint's lock keeps runners out; the new epoch makes them look again at what is parked.
    await client.query('update counterfoil.projections set epoch = epoch + 1 where name = $1', [build.key]);
    await run(client, settingsOf(build, statementTimeoutMs));
    for (;;) {
      const { rows } = await client.query<{ revision: bigint; position: bigint }>(
        `select revision, position from counterfoil.parked_events
         where projection = $1 and stream = $2 order by position limit ${eventsAtOnce}`,
        [build.key, stream],
      );
      const [first] = rows;
      if (first === undefined) return;
      const parked = new Set(rows.map(({ revision }) => revision));
      const events = await store.readStream(stream, { from: first.revision, limit: eventsAtOnce });
      for (const event of events.filter(({ revision }) => parked.has(revision))) {
        const result = await tryEvent(client, projection, event);
        if (typeof result !== 'string') {
          await client.query(
            'update counterfoil.parked_events set error = $3 where projection = $1 and position = $2',
            [build.key, event.position, result.error],
          );
          return;
        }
        await unpark(event);
      }
    }

    async function unpark(event: RecordedEvent): Promise<void> {
      await client.query('delete from counterfoil.parked_events where projection = $1 and position = $2', [
        build.key,
        event.position,
      ]);
    }
  });
}
