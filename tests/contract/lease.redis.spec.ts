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
import { hasRedisServer, startRedis } from '../support/redis.js';
import { leaseContract } from './lease.contract.js';

if (!hasRedisServer) process.stdout.write('Redis leases are not tested: there is no redis-server\n');

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
    logger.lines.length = 0;
    redis = new RedisConnection(server.url, logger);
    leases = new RedisLeases(redis, new PostgresLeases(pool, silentLogger));
    await untilAnswers();
  });
  afterEach(async () => {
    redis.close();
    await server.kill();
  });

  async function grantedByPostgres(): Promise<number> {
    return (await pool.query('select from counterfoil.leases')).rowCount ?? 0;
  }

  async function untilAnswers(): Promise<void> {
    const answers = () =>
      redis.ask(
        async () => true,
        () => false,
      );
    await eventually(answers, (does) => does);
  }

  leaseContract(
    () => leases,
    () => server.flush(),
  );

  it('are granted by Postgres while Redis is frozen, with greater tokens, and by Redis again afterwards', async () => {
    const before = await leases.acquire('frozen', 1);
    expect(await grantedByPostgres()).toBe(0);
    server.process.kill('SIGSTOP');
    const during = await leases.acquire('frozen', 5_000);
    expect(during?.fencingToken).toBeGreaterThan(before?.fencingToken ?? 0n);
    expect(await leases.acquire('frozen', 5_000)).toBeUndefined();
    expect(await grantedByPostgres()).toBe(1);
    server.process.kill('SIGCONT');
    await untilAnswers();
    // The command that nobody waited for may have been carried out after all; its lease runs out.
    const after = await eventually(
      () => leases.acquire('frozen', 5_000),
      (lease) => lease !== undefined,
    );
    expect(after?.fencingToken).toBeGreaterThan(during?.fencingToken ?? 0n);
    expect(await grantedByPostgres()).toBe(1);
  });

  it('ask a Redis that does not answer once, not for each lease', async () => {
    let commands = 0;
    const ask = () =>
      redis.ask(
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
    server.process.kill('SIGCONT');
    await untilAnswers();
    expect(await ask()).toBeNull();
    expect(said('Redis answers')).toBe(2);
  });

  it('are granted by Postgres after Redis was killed, and that is said once', async () => {
    await server.kill();
    for (let n = 0; n < 5; n += 1) expect(await leases.acquire(`killed-${n}`, 5_000)).toBeDefined();
    expect(said('Redis does not answer; it is done without')).toBe(1);
  });

  it('are not granted when neither answers', async () => {
    const nobody = { acquire: () => Promise.reject(new Error('Postgres is gone, too')) };
    await server.kill();
    await expect(new RedisLeases(redis, nobody).acquire('any', 1_000)).rejects.toThrow('gone, too');
  });
});
