import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { EventToAppend, RecordedEvent, StreamName } from '../../../src/application/ports/event-store.js';
import { AppendOutcomeUnknown, EventStoreUnavailable } from '../../../src/application/ports/event-store.js';
import { PostgresEventStore } from '../../../src/infrastructure/event-store/postgres-event-store.js';
import { isRefusal } from '../../../src/infrastructure/postgres/driver-errors.js';
import { newEvents, newStream, readToEnd } from '../../contract/event-store.contract.js';
import { silentLogger } from '../../support/postgres.js';

const writerName = 'writers-and-kills';

export type WritersReport = {
  readonly acknowledged: readonly string[];
  /** As each of two subscribers got them: one in a process that writes too, one in a process that does not. */
  readonly received: readonly (readonly RecordedEvent[])[];
  /** As they stand in the table afterwards. */
  readonly stored: readonly RecordedEvent[];
  readonly rollbacks: number;
  readonly kills: number;
};

/**
 * Eight writers at once, until so many events are acknowledged, and so many transactions rolled back and connections killed:
 * four through event stores of their own, four in transactions by hand that stay open for a moment and are often rolled
 * back. All the while connections are killed, and two subscribers follow from the beginning.
 */
export async function runWritersAndKills(
  url: string,
  eventsMin: number,
  disturbancesMin = 20,
): Promise<WritersReport> {
  const open = () => new PostgresEventStore({ connectionString: url, logger: silentLogger });
  const stores = [open(), open(), open(), open()];
  const subscriber = open();
  const run = {
    acknowledged: [] as string[],
    rollbacks: 0,
    kills: 0,
    done: false,
    get goesOn() {
      return this.acknowledged.length < eventsMin || Math.min(this.rollbacks, this.kills) < disturbancesMin;
    },
  };
  const following = [subscriber, ...stores.slice(0, 1)].map((store) => follow(store, run));
  const killing = kill(url, run);
  await Promise.all([
    ...stores.map((store) => writeThroughStore(store, run)),
    ...stores.map(() => writeByHand(url, run)),
  ]);
  run.done = true;
  await killing;
  const stored = await readToEnd(subscriber, 0n);
  const received = await Promise.all(following.map((until) => until(stored.length)));
  await Promise.all([...stores, subscriber].map((store) => store.close()));
  const { acknowledged, rollbacks, kills } = run;
  return { acknowledged, rollbacks, kills, received, stored };
}

type Run = {
  readonly acknowledged: string[];
  rollbacks: number;
  kills: number;
  done: boolean;
  readonly goesOn: boolean;
};

function follow(store: PostgresEventStore, run: Run): (until: number) => Promise<readonly RecordedEvent[]> {
  const ending = new AbortController();
  const received: RecordedEvent[] = [];
  const following = (async () => {
    for await (const batch of store.subscribe(0n, { signal: ending.signal, batchMax: 200 })) {
      received.push(...batch);
    }
  })();
  return async (until) => {
    for (let waited = 0; run.done && received.length < until && waited < 10_000; waited += 20)
      await sleep(20);
    ending.abort();
    await following;
    return received;
  };
}

async function writeThroughStore(store: PostgresEventStore, run: Run): Promise<void> {
  let stream = newStream();
  let revision = -1n;
  while (run.goesOn) {
    const events = newEvents(randomInt(1, 20));
    for (let written = false; !written; ) {
      try {
        const result = await store.append(stream, revision === -1n ? 'no_stream' : revision, events);
        if (result.outcome === 'conflict')
          throw new Error(`conflict on the writer's own stream at ${result.actual}`);
        revision = result.revision;
        written = true;
      } catch (error) {
        if (!(error instanceof AppendOutcomeUnknown || error instanceof EventStoreUnavailable)) throw error;
      }
    }
    run.acknowledged.push(...events.map(({ id }) => id));
    if (revision > 200n) {
      stream = newStream();
      revision = -1n;
    }
  }
}

/** Holds the transaction open after the append, so that the commit comes late, and often does not come. */
async function writeByHand(url: string, run: Run): Promise<void> {
  while (run.goesOn) {
    const client = new pg.Client({ connectionString: url, application_name: writerName });
    client.on('error', () => undefined);
    try {
      await client.connect();
      while (run.goesOn) {
        const events = newEvents(randomInt(1, 30));
        await client.query('begin');
        await client.query(
          'select eventstore.append_batch($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)',
          columns(events),
        );
        await sleep(randomInt(0, 3));
        if (randomInt(3) === 0) {
          await client.query('rollback');
          run.rollbacks += 1;
        } else {
          await client.query('commit');
          run.acknowledged.push(...events.map(({ id }) => id));
        }
        await sleep(randomInt(0, 3));
      }
    } catch (error) {
      if (isRefusal(error)) throw error;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

function columns(events: readonly EventToAppend[]): unknown[] {
  const stream: StreamName = `byHand-${randomUUID()}`;
  return [
    events.map(() => stream),
    events.map(({ id }) => id),
    events.map(({ type }) => type),
    events.map(({ data }) => JSON.stringify(data)),
    events.map(({ metadata }) => JSON.stringify(metadata)),
    events.map(() => 1),
    events.map((_, index) => index === events.length - 1),
    events.map(() => -1),
    events.map(() => 0),
    events.map((_, index) => index),
  ];
}

async function kill(url: string, run: Run): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (let acknowledged = 0; !run.done; acknowledged = run.acknowledged.length) {
    await sleep(randomInt(20, 120));
    // On a slow machine too, some of what was written must get through between two kills.
    while (!run.done && run.acknowledged.length < acknowledged + 50) await sleep(5);
    const { rowCount } = await client.query(
      `select pg_terminate_backend(pid) from (
         select pid from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()
           and (application_name = $1 or application_name like 'counterfoil-events%')
         order by random() limit 2) victims`,
      [writerName],
    );
    run.kills += rowCount ?? 0;
  }
  await client.end();
}
