import { afterAll, beforeAll } from '@jest/globals';
import type pg from 'pg';
import { PostgresLeftovers } from '../../src/infrastructure/postgres/leftovers.js';
import { createPool } from '../../src/infrastructure/postgres/pool.js';
import { InMemoryLeftovers } from '../support/in-memory-leftovers.js';
import { createTestDatabase, silentLogger } from '../support/postgres.js';
import { leftoversContract } from './leftovers.contract.js';

let pool: pg.Pool;
beforeAll(async () => {
  const { url } = await createTestDatabase();
  pool = createPool({ connectionString: url, max: 2, applicationName: 'leftovers', logger: silentLogger });
});
afterAll(() => pool.end());

leftoversContract('in memory', async () => new InMemoryLeftovers());
leftoversContract('in Postgres', async () => {
  await pool.query('truncate counterfoil.backfill_leftovers');
  return new PostgresLeftovers(pool);
});
