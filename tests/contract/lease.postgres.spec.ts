import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { PostgresLeases } from '../../src/infrastructure/postgres/leases.js';
import { createPool } from '../../src/infrastructure/postgres/pool.js';
import type { TestDatabase } from '../support/postgres.js';
import { createTestDatabase, silentLogger } from '../support/postgres.js';
import { expectGrantWithoutService, leaseContract } from './lease.contract.js';

const poolOf = (connectionString: string): pg.Pool =>
  createPool({ connectionString, max: 4, applicationName: 'lease-contract', logger: silentLogger });

describe('leases in Postgres', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  let leases: PostgresLeases;
  beforeAll(async () => {
    database = await createTestDatabase();
    pool = poolOf(database.url);
    leases = new PostgresLeases(pool, silentLogger);
  });
  afterAll(async () => {
    await leases.close();
    await pool.end();
    await database.drop();
  });

  leaseContract(() => leases);

  it('are granted in time without Postgres when every connection is busy, and the late grant is given back', async () => {
    const busy = await Promise.all(Array.from({ length: 4 }, () => pool.connect()));
    const lease = await leases.acquire('late', 60_000);
    expect(lease?.fencingToken).toBe(0n);
    for (const client of busy) client.release();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await leases.acquire('late', 5_000))?.fencingToken).toBeGreaterThan(0n);
  });

  it('are granted in time without Postgres when it is gone', async () => {
    const nobody = poolOf('postgres://nobody@127.0.0.1:1/nothing');
    await expectGrantWithoutService(new PostgresLeases(nobody, silentLogger));
    await nobody.end();
  });
});
