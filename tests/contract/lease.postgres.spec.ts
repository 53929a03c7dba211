import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { PostgresLeases } from '../../src/infrastructure/postgres/leases.js';
import { createPool } from '../../src/infrastructure/postgres/pool.js';
import type { TestDatabase } from '../support/postgres.js';
import { createTestDatabase, silentLogger } from '../support/postgres.js';
import { leaseContract } from './lease.contract.js';

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
    await pool.end();
    await database.drop();
  });

  leaseContract(
    () => leases,
    async () => void (await pool.query('truncate counterfoil.leases')),
  );

  it('have growing tokens though the clock was set back', async () => {
    await leases.acquire('of tomorrow', 1);
    const { rows } = await pool.query<{ token: bigint }>(
      `update counterfoil.leases set token = token + 86400000000, expires_at = '-infinity'
       where name = 'of tomorrow' returning token`,
    );
    const next = await leases.acquire('of tomorrow', 1);
    expect(next?.fencingToken).toBe((rows[0]?.token ?? 0n) + 1n);
  });

  it('are not granted when Postgres is gone', async () => {
    const nobody = poolOf('postgres://nobody@127.0.0.1:1/nothing');
    await expect(new PostgresLeases(nobody, silentLogger).acquire('any', 1_000)).rejects.toThrow();
    await nobody.end();
  });
});
