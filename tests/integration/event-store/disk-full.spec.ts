import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import type { StreamName } from '../../../src/application/ports/event-store.js';
import { EventStoreUnavailable } from '../../../src/application/ports/event-store.js';
import { PostgresEventStore } from '../../../src/infrastructure/event-store/postgres-event-store.js';
import { problemOfError } from '../../../src/interfaces/http/shared/problem-of-error.js';
import { newEvents, newStream } from '../../contract/event-store.contract.js';
import type { TestDatabase } from '../../support/postgres.js';
import { createTestDatabase, silentLogger } from '../../support/postgres.js';

/** The server says so in the middle of an append: some rows of it are written by then. */
const roomFor = 25;
const fill = `
  create function public.disk_full() returns trigger language plpgsql as $$
  begin
    if new.position > ${roomFor} then
      raise exception 'could not extend file: No space left on device' using errcode = '53100';
    end if;
    return new;
  end $$;
  create trigger disk_full after insert on eventstore.events for each row execute function public.disk_full()`;

let database: TestDatabase;
let admin: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  admin = new pg.Client(database.url);
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await database.drop();
});

it('F23: a full disk refuses appends whole, as 503, keeps reads, and loses nothing that was acknowledged', async () => {
  const store = new PostgresEventStore({ connectionString: database.url, logger: silentLogger });
  try {
    await admin.query(fill);
    const streams = Array.from({ length: 40 }, newStream);
    const acknowledged: StreamName[] = [];
    const refused: unknown[] = [];
    for (const stream of streams) {
      // Four events do not divide the room: one append meets the end of it.
      await store.append(stream, 'no_stream', newEvents(4)).then(
        () => void acknowledged.push(stream),
        (error: unknown) => void refused.push(error),
      );
    }
    expect(acknowledged).toHaveLength(Math.floor(roomFor / 4));
    for (const error of refused) {
      expect(error).toBeInstanceOf(EventStoreUnavailable);
      expect(problemOfError(error).problem).toMatchObject({ status: 503, retryAfterSeconds: 1 });
    }
    const held = async () => [...new Set((await store.readAll(0n, 1_000)).map(({ stream }) => stream))];
    expect(await held()).toEqual(acknowledged);
    for (const stream of acknowledged) expect(await store.readStream(stream)).toHaveLength(4);

    await admin.query('drop trigger disk_full on eventstore.events');
    const late = newStream();
    expect(await store.append(late, 'no_stream', newEvents(4))).toMatchObject({
      outcome: 'appended',
      repeated: false,
    });
    expect(await held()).toEqual([...acknowledged, late]);
  } finally {
    await store.close();
  }
});
