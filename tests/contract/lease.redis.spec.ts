import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { PostgresLeases } from '../../src/infrastructure/postgres/leases.js';
import { createPool } from '../../src/infrastructure/postgres/pool.js';
import { RedisConnection } from '../../src/infrastructure/redis/redis-connection.js';
import { RedisLeases } from '../../src/infrastructure/redis/redis-leases.js';
import { createRecordingLogger } from '../integration/stripe/simulator-control.js';
import { eventually } from '../support/eventually.js';
import type { TestDatabase } from '../support/postgres.js';
import { createTestDatabase, silentLogger } from '../support/postgres.js';
import type { RedisServer } from '../support/redis.js';
import { hasRedisServer, patientBudgetMs, startRedis, untilAnswers } from '../support/redis.js';
import { leaseContract } from './lease.contract.js';

if (!hasRedisServer) process.stdout.write('Redis leases are not tested: there is no redis-server\n');

/** For a connection that shows what is done without Redis, and what happens when it answers once more. */
const hastyBudgetMs = 600;

(hasRedisServer ? describe : describe.skip)('leases in Redis', () => {
  const logger = createRecordingLogger();
  const said = (message: string) => logger.lines.filter((line) => line.message === message).length;
  let database: TestDatabase;
  let pool: pg.Pool;
  let server: RedisServer;
  let redis: RedisConnection;
  let leases: RedisLeases;
  beforeAll(async () => {
    database = await createTestDatabase();
    pool = createPool({
      connectionString: database.url,
      max: 2,
      applicationName: 'leases',
      logger: silentLogger,
    });
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });
  beforeEach(async () => {
    server = await startRedis();
    redis = new RedisConnection(server.url, silentLogger, patientBudgetMs);
    leases = new RedisLeases(redis, new PostgresLeases(pool, silentLogger));
    await untilAnswers(redis);
  });
  afterEach(async () => {
    redis.close();
    await server.kill();
  });

  async function grantedByPostgres(): Promise<number> {
    return (await pool.query('select from counterfoil.leases')).rowCount ?? 0;
  }

  /** What is logged from the first answer on is in the logger. */
  async function withHasty(show: (hasty: RedisConnection) => Promise<void>): Promise<void> {
    const hasty = new RedisConnection(server.url, logger, hastyBudgetMs);
    try {
      await untilAnswers(hasty);
      logger.lines.length = 0;
      await show(hasty);
    } finally {
      hasty.close();
    }
  }

  leaseContract(
    () => leases,
    () => server.flush(),
  );

  it('are granted by Postgres while Redis is frozen, with greater tokens, and by Redis again afterwards', () =>
    withHasty(async (connection) => {
      const hasty = new RedisLeases(connection, new PostgresLeases(pool, silentLogger));
      const before = await leases.acquire('frozen', 1);
      expect(await grantedByPostgres()).toBe(0);
      server.process.kill('SIGSTOP');
      const during = await hasty.acquire('frozen', 120_000);
      expect(during?.fencingToken).toBeGreaterThan(before?.fencingToken ?? 0n);
      expect(await hasty.acquire('frozen', 120_000)).toBeUndefined();
      expect(await grantedByPostgres()).toBe(1);
      server.process.kill('SIGCONT');
      await untilAnswers(connection);
      const after = await eventually(
        async () => {
          // A command that nobody waited for may have been carried out after all.
          await server.flush();
          return hasty.acquire('frozen', 120_000);
        },
        (lease) => lease !== undefined,
      );
      expect(after?.fencingToken).toBeGreaterThan(during?.fencingToken ?? 0n);
      expect(await leases.acquire('frozen', 120_000)).toBeUndefined();
      expect(await grantedByPostgres()).toBe(1);
    }));

  it('ask a Redis that does not answer once, not for each lease', () =>
    withHasty(async (hasty) => {
      let commands = 0;
      const ask = () =>
        hasty.ask(
          (client) => {
            commands += 1;
            return client.get('any');
          },
          () => 'without',
        );
      server.process.kill('SIGSTOP');
      for (let n = 0; n < 50; n += 1) expect(await ask()).toBe('without');
      expect(commands).toBe(1);
      expect(said('Redis does not answer; it is done without')).toBe(1);
      expect(said('Redis answers')).toBe(0);
      server.process.kill('SIGCONT');
      await eventually(ask, (answer) => answer === null);
      expect(said('Redis answers')).toBeGreaterThan(0);
    }));

  it('are granted by Postgres after Redis was killed, and that is said once', () =>
    withHasty(async (connection) => {
      const hasty = new RedisLeases(connection, new PostgresLeases(pool, silentLogger));
      await server.kill();
      for (let n = 0; n < 5; n += 1) expect(await hasty.acquire(`killed-${n}`, 5_000)).toBeDefined();
      // The probes go on meanwhile; ten of them tell of a Redis that never answered.
      await sleep(1_500);
      expect(said('Redis does not answer; it is done without')).toBe(1);
    }));

  it('are not granted when neither answers', async () => {
    const nobody = { acquire: () => Promise.reject(new Error('Postgres is gone, too')) };
    await server.kill();
    await expect(new RedisLeases(redis, nobody).acquire('any', 1_000)).rejects.toThrow('gone, too');
  });
});
