import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { clientConfig, createPool, withTransaction } from '../../../src/infrastructure/postgres/pool.js';
import { WriteConnection } from '../../../src/infrastructure/postgres/write-connection.js';
import { sendBatch } from '../../../src/infrastructure/projections/batch-query.js';
import type { TestDatabase } from '../../support/postgres.js';
import { createTestDatabase, silentLogger } from '../../support/postgres.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as (options: { readonly type: 'minor' | 'major' }) => void;

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
        if (sent % 10 === 9) collect({ type: 'minor' });
      }
    };
    await send(20);
    collect({ type: 'major' });
    const before = old();
    await send(queries);
    expect(old() - before).toBeLessThan((queries * bytesOfValue) / 4);
  });
});
