import pg from 'pg';
import type { StreamName } from '../../src/application/ports/event-store.js';
import type { Bench } from './bench.js';
import { openEventStore } from './open-event-store.js';
import { inTurn, ratePerSecond } from './rounds.js';
import { sampleEvent } from './sample-event.js';

const stream: StreamName = 'bench-hundred';
const length = 100;

/** Read by a command that decides on a long history. */
export const readStreamBench: Bench = {
  name: 'read-stream',
  async run({ cluster, effort }) {
    const url = await cluster.createDatabase('bench_read_stream');
    const store = openEventStore(url);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const select = async (): Promise<void> => {
      const { rowCount } = await client.query({
        name: 'read',
        text: `select position, stream, revision, event_id, type, data, metadata, recorded_at
          from eventstore.events where stream = $1 order by revision`,
        values: [stream],
      });
      if (rowCount !== length) throw new Error(`the driver read ${rowCount} events`);
    };
    const read = async (): Promise<void> => {
      const events = await store.readStream(stream);
      if (events.length !== length) throw new Error(`the store read ${events.length} events`);
    };
    try {
      for (let half = 0; half < 2; half += 1) {
        await store.append(stream, 'any', Array.from({ length: length / 2 }, sampleEvent));
      }
      for (const warmUp of [select, read]) await ratePerSecond(1, effort.roundMs / 4, warmUp);
      const values = await inTurn(
        effort,
        () => ratePerSecond(1, effort.roundMs / 2, select),
        () => ratePerSecond(1, effort.roundMs / 2, read),
      );
      const figure = {
        path: 'read a stream of 100 events',
        unit: 'reads/s',
        floorName: "the bare driver's prepared SELECT of the same rows, on one connection",
        ...values,
        target: { kind: 'at_least', ratio: 0.8 },
      } as const;
      return { figures: [figure], notes: [] };
    } finally {
      await client.end();
      await store.close();
    }
  },
};
