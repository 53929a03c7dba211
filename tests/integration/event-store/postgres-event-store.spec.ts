import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { EventStore } from '../../../src/application/ports/event-store.js';
import { AppendOutcomeUnknown, EventStoreUnavailable } from '../../../src/application/ports/event-store.js';
import { PostgresEventStore } from '../../../src/infrastructure/event-store/postgres-event-store.js';
import { advisoryLocks } from '../../../src/infrastructure/postgres/advisory-locks.js';
import { appended, newEvent, newEvents, newStream, readToEnd } from '../../contract/event-store.contract.js';
import { eventually } from '../../support/eventually.js';
import { required } from '../../support/payment-examples.js';
import type { TestDatabase } from '../../support/postgres.js';
import { createTestDatabase, silentLogger } from '../../support/postgres.js';
import type { TcpProxy } from '../../support/tcp-proxy.js';
import { startTcpProxy } from '../../support/tcp-proxy.js';

describe('the Postgres event store under faults', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  /** Behind the proxy; `plain` talks to the server itself. */
  let store: PostgresEventStore;
  let plain: PostgresEventStore;
  let admin: pg.Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    proxy = await startTcpProxy(database.url);
    const options = { logger: silentLogger, timeoutMs: 20_000 };
    store = new PostgresEventStore({ ...options, connectionString: proxy.url });
    plain = new PostgresEventStore({ ...options, connectionString: database.url });
    admin = new pg.Client({ connectionString: database.url });
    await admin.connect();
  });
  afterAll(async () => {
    await Promise.all([store.close(), plain.close(), admin.end()]);
    await proxy.close();
    await database.drop();
  });

  it('finds who did what and when, newest first, however far back it stands', async () => {
    const explorer = new PostgresEventStore({
      ...{ connectionString: database.url, logger: silentLogger, exploreWindow: 3 },
    });
    const by = (id: string) => {
      const event = newEvent();
      return { ...event, metadata: { ...event.metadata, actor: { kind: 'user' as const, id } } };
    };
    const ids = ['rare', ...Array.from({ length: 20 }, (_, n) => `often-${n % 2}`), 'rare'];
    for (const id of ids) await plain.append(newStream(), 'no_stream', [by(id)]);
    const all = (await plain.readAll(0n, 1_000)).slice().reverse();
    const anything = { type: null, actor: null, from: null, before: null, below: null };
    const of = (actor: string) => all.filter(({ metadata }) => metadata.actor.id === actor);
    const rare = await explorer.explore({ ...anything, actor: 'rare' }, 50);
    expect(rare).toEqual({ events: of('rare'), below: null });
    expect(rare.events).toHaveLength(2);
    const first = await explorer.explore({ ...anything, actor: 'often-1' }, 4);
    const next = await explorer.explore({ ...anything, actor: 'often-1', below: first.below }, 100);
    expect([...first.events, ...next.events]).toEqual(of('often-1'));
    expect(first.events).toHaveLength(4);
    expect((await explorer.explore({ ...anything, actor: 'user' }, 100)).events).toEqual(
      all.filter(({ metadata }) => metadata.actor.kind === 'user'),
    );
    const [from, before] = [required(all[15]).recordedAt, required(all[5]).recordedAt];
    expect((await explorer.explore({ ...anything, from, before }, 100)).events).toEqual(
      all.filter(({ recordedAt: at }) => at >= from && at < before),
    );
    const { type } = required(all[3]);
    expect((await explorer.explore({ ...anything, type }, 1_000)).events).toEqual(
      all.filter((event) => event.type === type),
    );
    const none = { ...anything, before: required(all.at(-1)).recordedAt };
    expect(await explorer.explore(none, 10)).toEqual({ events: [], below: null });
    await explorer.close();
  });

  it('recognises an append whose answer was lost after the commit', async () => {
    for (let turn = 0; turn < 20; turn += 1) {
      const stream = newStream();
      const events = newEvents(1 + (turn % 3));
      await store.append(newStream(), 'any', [newEvent()]);
      proxy.mode = { kind: 'drop_response' };
      await expect(store.append(stream, 'no_stream', events)).rejects.toThrow(AppendOutcomeUnknown);
      proxy.mode = { kind: 'pass' };
      const again = appended(await store.append(stream, 'no_stream', events));
      expect(again.revision).toBe(BigInt(events.length - 1));
      expect((await plain.readStream(stream)).map(({ id }) => id)).toEqual(events.map(({ id }) => id));
    }
  });

  it('calls an append unknown within its time when the server goes silent, and heals', async () => {
    const stream = newStream();
    const events = newEvents(1);
    const hasty = new PostgresEventStore({
      ...{ connectionString: proxy.url, logger: silentLogger, timeoutMs: 1_000 },
    });
    // On a busy machine even this may take longer than it waits.
    const heal = (append: () => ReturnType<EventStore['append']>) =>
      eventually(
        () => append().catch(() => undefined),
        (result) => result !== undefined,
      );
    const [another, first] = [newStream(), newEvent()];
    await heal(() => hasty.append(another, 'any', [first]));
    proxy.mode = { kind: 'hang_response' };
    await expect(hasty.append(stream, 'no_stream', events)).rejects.toThrow(AppendOutcomeUnknown);
    await expect(hasty.append(newStream(), 'no_stream', newEvents(1))).rejects.toThrow(EventStoreUnavailable);
    proxy.mode = { kind: 'pass' };
    proxy.reset();
    expect(await heal(() => hasty.append(stream, 'no_stream', events))).toMatchObject({ repeated: true });
    await hasty.close();
  });

  it('says unavailable, not unknown, when it could not even connect', async () => {
    const nowhere = new PostgresEventStore({
      connectionString: 'postgres://nobody@127.0.0.1:1/none',
      logger: silentLogger,
    });
    await expect(nowhere.append(newStream(), 'any', [newEvent()])).rejects.toThrow(EventStoreUnavailable);
    await expect(nowhere.readAll(0n, 1)).rejects.toThrow(EventStoreUnavailable);
    await nowhere.close();
  });

  it('loses and doubles nothing while its connections are killed under load', async () => {
    const streams = Array.from({ length: 8 }, () => newStream());
    const eventsEach = 60;
    let acknowledged = 0;
    let unknown = 0;
    const write = async (stream: (typeof streams)[number]): Promise<void> => {
      for (let revision = -1n; revision < BigInt(eventsEach - 1); ) {
        const events = newEvents(1);
        for (let maybeWritten = false; ; ) {
          try {
            const result = appended(
              await store.append(stream, revision === -1n ? 'no_stream' : revision, events),
            );
            // Only an unknown outcome may turn out to have been a success.
            expect(result.repeated && !maybeWritten).toBe(false);
            revision = result.revision;
            acknowledged += 1;
            break;
          } catch (error) {
            if (error instanceof AppendOutcomeUnknown) {
              unknown += 1;
              maybeWritten = true;
            } else {
              expect(error).toBeInstanceOf(EventStoreUnavailable);
            }
          }
        }
      }
    };
    const kill = () =>
      admin.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and application_name like 'counterfoil-events%'`,
      );
    // The first kill meets an append for certain: nobody else gets the lock that it waits for.
    await admin.query('select pg_advisory_lock($1)', [advisoryLocks.append]);
    const writing = Promise.all(streams.map(write));
    await eventually(
      () =>
        admin.query(
          `select 1 from pg_stat_activity where datname = current_database()
           and application_name = 'counterfoil-events-append' and wait_event = 'advisory'`,
        ),
      ({ rowCount }) => rowCount !== 0,
    );
    await kill();
    await eventually(
      async () => unknown,
      (count) => count > 0,
    );
    await admin.query('select pg_advisory_unlock($1)', [advisoryLocks.append]);
    // The others come wherever they come, and no faster than the writers get on.
    for (let next = randomInt(1, 20); next < streams.length * eventsEach; ) {
      const wanted = next;
      await eventually(
        async () => acknowledged,
        (count) => count >= wanted,
      );
      await sleep(randomInt(0, 5));
      await kill();
      next = acknowledged + randomInt(1, 20);
    }
    await writing;
    for (const stream of streams) {
      const revisions = (await plain.readStream(stream)).map(({ revision }) => revision);
      expect(revisions).toEqual(Array.from({ length: eventsEach }, (_, index) => BigInt(index)));
    }
  });

  it('goes on with a subscription after all connections were lost', async () => {
    const after = await plain.head();
    const ending = new AbortController();
    const ids: string[] = [];
    const written: string[] = [];
    const following = (async () => {
      for await (const batch of store.subscribe(after, { signal: ending.signal, batchMax: 3 })) {
        ids.push(...batch.map(({ id }) => id));
        if (ids.length >= 30) ending.abort();
      }
    })();
    for (let turn = 0; turn < 10; turn += 1) {
      const events = newEvents(3);
      written.push(...events.map(({ id }) => id));
      await plain.append(newStream(), 'no_stream', events);
      if (turn % 3 === 0) proxy.reset();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await following;
    expect(ids).toEqual(written);
  });

  it('hears of appends of another process', async () => {
    const ending = new AbortController();
    const batches = store.subscribe(await plain.head(), { signal: ending.signal, batchMax: 10 });
    const next = batches.next();
    await plain.append(newStream(), 'any', [newEvent()]);
    expect((await next).value).toHaveLength(1);
    ending.abort();
  });

  it('does not let one bad append of a batch hurt its neighbours', async () => {
    const taken = newEvent();
    await plain.append(newStream(), 'no_stream', [taken]);
    const streams = Array.from({ length: 10 }, () => newStream());
    const outcomes = await Promise.allSettled(
      streams.map((stream, index) =>
        plain.append(
          stream,
          'no_stream',
          index === 4 ? [newEvent(), { ...newEvent(), id: taken.id }] : newEvents(2),
        ),
      ),
    );
    expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual(
      streams.map((_, index) => index !== 4),
    );
    for (const [index, stream] of streams.entries()) {
      expect(await plain.readStream(stream)).toHaveLength(index === 4 ? 0 : 2);
    }
  });

  it('judges several appends of one stream in one batch one after the other', async () => {
    const stream = newStream();
    const first = newEvents(2);
    const results = await Promise.all([
      plain.append(stream, 'no_stream', first),
      plain.append(stream, 1n, newEvents(1)),
      plain.append(stream, 1n, newEvents(1)),
      plain.append(stream, 'no_stream', first),
      plain.append(stream, 'any', newEvents(1)),
      plain.append(stream, 3n, newEvents(2)),
      plain.append(stream, 9n, newEvents(1)),
    ]);
    expect(
      results.map((result) => (result.outcome === 'conflict' ? result.actual : result.revision)),
    ).toEqual([1n, 2n, 2n, 1n, 3n, 5n, 5n]);
    expect(results.map(({ outcome }) => outcome)).toEqual([
      'appended',
      'appended',
      'conflict',
      'appended',
      'appended',
      'appended',
      'conflict',
    ]);
  });

  it('takes appends of a program from before, which calls them by an older name', async () => {
    const stream = newStream();
    const event = newEvent();
    const append = () =>
      admin.query(
        'select * from eventstore.append(array[$1], array[$2]::uuid[], array[$3], array[$4]::json[], array[$5]::json[], $6, $7, $8, $9, $9)',
        [
          ...[stream, event.id, event.type, JSON.stringify(event.data), JSON.stringify(event.metadata)],
          ...['{1}', '{t}', '{-1}', '{0}'],
        ],
      );
    const [first, again] = [await append(), await append()];
    expect(first.rows).toEqual([
      { outcome: 'appended', last_revision: '0', last_position: `${await plain.head()}` },
    ]);
    expect(again.rows).toEqual([{ ...first.rows[0], outcome: 'repeated' }]);
    expect(await plain.readStream(stream)).toMatchObject([event]);
  });

  it('has no gap in its positions, and no way to change or remove an event', async () => {
    const positions = (await readToEnd(plain, 0n)).map(({ position }) => position);
    expect(positions).toEqual(positions.map((_, index) => BigInt(index + 1)));
    for (const change of [
      `update eventstore.events set type = 'Other'`,
      'delete from eventstore.events where position = 1',
      'truncate eventstore.events',
    ]) {
      await expect(admin.query(change)).rejects.toThrow('append-only');
    }
    await expect(
      admin.query(`begin isolation level repeatable read;
        select eventstore.append_batch('{}','{}','{}','{}','{}','{}','{}','{}','{}','{}')`),
    ).rejects.toThrow('read committed');
    await admin.query('rollback');
  });
});
