import { getHeapSpaceStatistics } from 'node:v8';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { clientConfig, createPool, withTransaction } from '../../../src/infrastructure/postgres/pool.js';
import { WriteConnection } from '../../../src/infrastructure/postgres/write-connection.js';
import { sendBatch } from '../../../src/infrastructure/projections/batch-query.js';
import { patiently } from '../../../src/infrastructure/projections/compare-builds.js';
import { collectGarbage } from '../../support/collect-garbage.js';
import type { TestDatabase } from '../../support/postgres.js';
import { createTestDatabase, silentLogger } from '../../support/postgres.js';

const queries = 100;
const bytesOfValue = 32 * 1024;

describe('the client of Postgres', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  let writes: WriteConnection;

  beforeAll(async () => {
    database = await createTestDatabase();
    const connection = { connectionString: database.url, applicationName: 'timed', queryTimeoutMs: 60_000 };
    pool = createPool({ ...connection, max: 1, logger: silentLogger });
    writes = new WriteConnection(clientConfig(connection));
  });
  afterAll(async () => {
    await pool.end();
    await writes.close();
    await database.drop();
  });

  const length = { name: 'length', text: 'select length($1::text) as n' };

  /** What is old by now, in bytes. Large strings are in a space of their own, which is old as well. */
  const old = (): number =>
    getHeapSpaceStatistics()
      .filter(({ space_name: name }) => name === 'old_space' || name === 'large_object_space')
      .reduce((sum, { space_used_size: used }) => sum + used, 0);

  it.each<[name: string, ask: (value: string) => Promise<unknown>]>([
    ['a pool', (value) => pool.query({ ...length, values: [value] })],
    ['a pool, by its text', (value) => pool.query(length.text, [value])],
    [
      'a transaction',
      (value) => withTransaction(pool, (client) => client.query({ ...length, values: [value] })),
    ],
    ['the write connection', (value) => writes.ask((client) => client.query({ ...length, values: [value] }))],
    [
      'a batch',
      (value) =>
        withTransaction(pool, (client) => sendBatch(client, [{ text: length.text, values: [value] }])),
    ],
  ])('lets the values of a query go with what is young: %s', async (_name, ask) => {
    const send = async (n: number): Promise<void> => {
      for (let sent = 0; sent < n; sent += 1) {
        await ask(Buffer.alloc(bytesOfValue, 97 + (sent % 26)).toString('latin1'));
        if (sent % 10 === 9) collectGarbage({ type: 'minor' });
      }
    };
    await send(20);
    collectGarbage({ type: 'major' });
    const before = old();
    await send(queries);
    expect(old() - before).toBeLessThan((queries * bytesOfValue) / 4);
  });

  it('lets a query take the time that it says, and gives others up', async () => {
    const hasty = createPool({
      ...{ connectionString: database.url, max: 1, applicationName: 'timed', logger: silentLogger },
      queryTimeoutMs: 3_000,
    });
    const sleepUnlimited = (own: object) =>
      withTransaction(hasty, async (client) => {
        // The server's own limit is half a second shorter.
        await client.query('set local statement_timeout = 0');
        return client.query({ text: 'select pg_sleep(4)', ...own });
      });
    await expect(sleepUnlimited(patiently)).resolves.toMatchObject({ rowCount: 1 });
    await expect(sleepUnlimited({})).rejects.toThrow('Query read timeout');
    await hasty.end();
  });
});
