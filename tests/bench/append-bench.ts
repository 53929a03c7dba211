import { randomUUID } from 'node:crypto';
import type { EventStore, StreamName } from '../../src/application/ports/event-store.js';
import type { Bench, BenchContext, BenchResult } from './bench.js';
import { withClient } from './bench-cluster.js';
import { openEventStore } from './open-event-store.js';
import { inTurn, ratePerSecond } from './rounds.js';
import { floorTables, sampleEvent, sampleLiterals } from './sample-event.js';
import { findSingleCommits } from './single-commits.js';

const callers = 32;

/** Many streams at once, each caller at the revision that it knows. */
export const appendBench: Bench = {
  name: 'append',
  run: (context) =>
    compareAppends(context, {
      database: 'bench_append',
      statement: ({ data, metadata }) => `
        insert into floor.events (position, stream, revision, event_id, type, data, metadata, recorded_at)
        values (nextval('floor.positions'), 'bench-' || :run::text || '-' || :client_id::text, :turn,
          gen_random_uuid(), 'BenchHappened', ${data}, ${metadata}, clock_timestamp())`,
      append: appendToOwnStreams,
      path: 'append, one 500-byte event each, 32 callers, expected revision checked',
      floorNote: 'one durable INSERT of such an event per commit',
      ratio: 1.2,
    }),
};

/** All callers on one stream. */
export const appendHotBench: Bench = {
  name: 'append-hot',
  run: (context) =>
    compareAppends(context, {
      database: 'bench_append_hot',
      statement: ({ data, metadata }) => `
        with head as (
          update floor.streams set revision = revision + 1 where stream = 'bench-hot' returning revision
        )
        insert into floor.events (position, stream, revision, event_id, type, data, metadata, recorded_at)
        select nextval('floor.positions'), 'bench-hot', head.revision, gen_random_uuid(), 'BenchHappened',
          ${data}, ${metadata}, clock_timestamp()
        from head`,
      append: async (store, ms) => ratePerSecond(callers, ms, () => appendTo(store, 'bench-hot', 'any')),
      path: 'append to one hot stream, 32 callers',
      floorNote: "one row's revision raised and one INSERT per commit",
      ratio: 5,
    }),
};

type Comparison = {
  readonly database: string;
  readonly statement: (literals: { readonly data: string; readonly metadata: string }) => string;
  readonly append: (store: EventStore, ms: number) => Promise<number>;
  readonly path: string;
  readonly floorNote: string;
  readonly ratio: number;
};

async function compareAppends(
  { cluster, effort }: BenchContext,
  comparison: Comparison,
): Promise<BenchResult> {
  const url = await cluster.createDatabase(comparison.database);
  await withClient(url, (client) => client.query(floorTables));
  const commits = await findSingleCommits();
  const store = openEventStore(url);
  const statement = comparison.statement(sampleLiterals());
  try {
    await comparison.append(store, effort.roundMs / 4);
    const values = await inTurn(
      effort,
      () => commits.rate(url, statement, effort.roundMs),
      () => comparison.append(store, effort.roundMs),
    );
    const figure = {
      path: comparison.path,
      unit: 'events/s',
      floorName: `${commits.name}: ${comparison.floorNote}`,
      ...values,
      target: { kind: 'at_least', ratio: comparison.ratio },
    } as const;
    return { figures: [figure], notes: [] };
  } finally {
    await store.close();
  }
}

function appendToOwnStreams(store: EventStore, ms: number): Promise<number> {
  const round = randomUUID();
  return ratePerSecond(callers, ms, (caller, turn) =>
    appendTo(store, `bench-${round}/${caller}`, turn === 0 ? 'no_stream' : BigInt(turn - 1)),
  );
}

async function appendTo(
  store: EventStore,
  stream: StreamName,
  expected: Parameters<EventStore['append']>[1],
): Promise<void> {
  const { outcome } = await store.append(stream, expected, [sampleEvent()]);
  if (outcome !== 'appended') throw new Error(`an append to ${stream} ended in ${outcome}`);
}
