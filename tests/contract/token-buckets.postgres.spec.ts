import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { createPool } from '../../src/infrastructure/postgres/pool.js';
import { PostgresTokenBuckets } from '../../src/infrastructure/postgres/token-buckets.js';
import { eventually } from '../support/eventually.js';
import type { TestDatabase } from '../support/postgres.js';
import { createTestDatabase, silentLogger } from '../support/postgres.js';
import { tokenBucketsContract } from './token-buckets.contract.js';

const poolOf = (connectionString: string): pg.Pool =>
  createPool({ connectionString, max: 2, applicationName: 'token-buckets', logger: silentLogger });

describe('buckets in Postgres', () => {
  let database: TestDatabase;
  let pools: readonly [pg.Pool, pg.Pool];
  beforeAll(async () => {
    database = await createTestDatabase();
    pools = [poolOf(database.url), poolOf(database.url)];
  });
  afterAll(async () => {
    await Promise.all(pools.map((pool) => pool.end()));
    await database.drop();
  });

  tokenBucketsContract(() => [
    new PostgresTokenBuckets(pools[0], silentLogger),
    new PostgresTokenBuckets(pools[1], silentLogger),
  ]);

  it('are swept away when nobody takes from them', async () => {
    const [pool] = pools;
    await pool.query(`insert into counterfoil.token_levels values ('of yesterday', 0, 1, 1)`);
    const buckets = new PostgresTokenBuckets(pool, silentLogger);
    for (let n = 0; n < 1_000; n += 1) await buckets.take('busy', { limit: 5, refillSeconds: 60 }, 1);
    await eventually(
      async () =>
        (await pool.query(`select from counterfoil.token_levels where key = 'of yesterday'`)).rowCount,
      (left) => left === 0,
    );
  });

  it('grant nothing when Postgres is gone', async () => {
    const nobody = poolOf('postgres://nobody@127.0.0.1:1/nothing');
    const buckets = new PostgresTokenBuckets(nobody, silentLogger);
    await expect(buckets.take('any', { limit: 5, refillSeconds: 60 }, 1)).rejects.toThrow();
    await nobody.end();
  });
});
