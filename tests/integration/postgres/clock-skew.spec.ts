import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type pg from 'pg';
import { v4 } from 'uuid';
import { aheadOfPostgres } from '../../../src/infrastructure/postgres/clock-skew.js';
import { PostgresIdempotencyRecords } from '../../../src/infrastructure/postgres/idempotency-records.js';
import { PostgresJobs } from '../../../src/infrastructure/postgres/jobs.js';
import { PostgresLeases } from '../../../src/infrastructure/postgres/leases.js';
import { clientConfig, createPool } from '../../../src/infrastructure/postgres/pool.js';
import { WriteConnection } from '../../../src/infrastructure/postgres/write-connection.js';
import { unguarded } from '../../../src/infrastructure/resilience/store-breakers.js';
import type { TestDatabase } from '../../support/postgres.js';
import { createTestDatabase, silentLogger } from '../../support/postgres.js';

const tenMinutes = 600_000;

let database: TestDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool({
    ...{ connectionString: database.url, max: 4, applicationName: 'skew', logger: silentLogger },
  });
});
afterEach(() => {
  jest.restoreAllMocks();
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** From now on this process's clock is off by so much. */
function putClock(ms: number): void {
  const real = Date.now.bind(Date);
  jest.spyOn(Date, 'now').mockImplementation(() => real() + ms);
}

describe('F45: a process whose clock is ten minutes off', () => {
  it.each([tenMinutes, -tenMinutes])('is seen beside Postgres: %s ms', async (ms) => {
    expect(Math.abs(await aheadOfPostgres(pool))).toBeLessThan(tenMinutes / 2);
    const skewed = await aheadOfPostgres(pool, () => Date.now() + ms);
    expect(Math.abs(skewed - ms)).toBeLessThan(tenMinutes / 2);
  });

  it.each([tenMinutes, -tenMinutes])(
    'neither takes a lease from its holder nor keeps it for longer: %s ms',
    async (ms) => {
      const leases = new PostgresLeases(pool, silentLogger);
      const name = v4();
      const held = await leases.acquire(name, 60_000);
      putClock(ms);
      expect(await leases.acquire(name, 60_000)).toBeUndefined();
      await held?.release();
      const next = await leases.acquire(name, 60_000);
      expect(next?.fencingToken).toBeGreaterThan(held?.fencingToken ?? 0n);
    },
  );

  it('neither runs a job a second time nor claims a request that another one works on', async () => {
    const writes = new WriteConnection(
      clientConfig({ connectionString: database.url, applicationName: 'skew' }),
    );
    const parts = { pool, writes, guard: unguarded, logger: silentLogger };
    const records = new PostgresIdempotencyRecords(parts);
    const request = { caller: 'key_1', method: 'POST', path: '/v1/payments', key: v4(), fingerprint: 'f' };
    const jobs = new PostgresJobs(pool);
    await jobs.define('skewed');
    expect(await records.claim(request, 60_000)).toMatchObject({ outcome: 'execute' });
    expect(await jobs.claim('skewed', 60_000)).toBeDefined();
    putClock(tenMinutes);
    expect(await records.claim(request, 60_000)).toMatchObject({ outcome: 'in_progress' });
    expect(await jobs.claim('skewed', 60_000)).toBeUndefined();
    await records.close();
    await writes.close();
  });
});
