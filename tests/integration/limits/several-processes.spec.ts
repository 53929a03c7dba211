import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import type { PurseRule, TokenPurses } from '../../../src/application/limit/token-purses.js';
import { createTokenPurses } from '../../../src/application/limit/token-purses.js';
import type { TokenBuckets } from '../../../src/application/ports/token-buckets.js';
import { MemoryTokenBuckets } from '../../../src/infrastructure/limits/memory-token-buckets.js';
import { createPool } from '../../../src/infrastructure/postgres/pool.js';
import { PostgresTokenBuckets } from '../../../src/infrastructure/postgres/token-buckets.js';
import { RedisConnection } from '../../../src/infrastructure/redis/redis-connection.js';
import { RedisTokenBuckets } from '../../../src/infrastructure/redis/redis-token-buckets.js';
import type { TestDatabase } from '../../support/postgres.js';
import { createTestDatabase, silentLogger } from '../../support/postgres.js';
import { hasRedisServer, patientBudgetMs, startRedis, untilAnswers } from '../../support/redis.js';

if (!hasRedisServer) process.stdout.write('Limits over Redis are not tested: there is no redis-server\n');

const rule: PurseRule = { limit: 200, limitAlone: 200, refillSeconds: 36_000 };
/** What is shown here is no matter of time: however slow the machine is, the shared buckets are waited for while they live. */
const pursesOn = (shared: TokenBuckets): TokenPurses =>
  createTokenPurses({
    ...{ shared, own: new MemoryTokenBuckets(), logger: silentLogger, answerWithinMs: patientBudgetMs },
  });

/** How many of so many requests to each of these processes, all at once, were let through. */
async function letThrough(processes: readonly TokenPurses[], name: string, times: number): Promise<number> {
  const all = processes.flatMap((purses) =>
    Array.from({ length: times }, async () => (await purses.spend(name, rule)).allowed),
  );
  return (await Promise.all(all)).filter((allowed) => allowed).length;
}

describe('three processes on one Postgres', () => {
  let database: TestDatabase;
  let pools: readonly pg.Pool[];
  beforeAll(async () => {
    database = await createTestDatabase();
    pools = Array.from({ length: 3 }, () =>
      createPool({ connectionString: database.url, max: 2, applicationName: 'limits', logger: silentLogger }),
    );
  });
  afterAll(async () => {
    await Promise.all(pools.map((pool) => pool.end()));
    await database.drop();
  });

  it('let through no more than the limit together, and nearly all of it', async () => {
    const three = pools.map((pool) => pursesOn(new PostgresTokenBuckets(pool, silentLogger)));
    const first = await letThrough(three, 'key', 150);
    const later = await letThrough(three, 'key', 150);
    expect(first + later).toBeLessThanOrEqual(200);
    // What lies in the purse of one process is not to be had by another.
    expect(first + later).toBeGreaterThan(150);
  });
});

(hasRedisServer ? describe : describe.skip)('two processes on one Redis', () => {
  it('let through no more than the limit together, and twice the limit when Redis dies', async () => {
    const server = await startRedis();
    const connections = [
      new RedisConnection(server.url, silentLogger, patientBudgetMs),
      new RedisConnection(server.url, silentLogger, patientBudgetMs),
    ];
    try {
      for (const connection of connections) await untilAnswers(connection);
      const two = connections.map((connection) => pursesOn(new RedisTokenBuckets(connection)));
      const together = await letThrough(two, 'key', 300);
      expect(together).toBeLessThanOrEqual(200);
      expect(together).toBeGreaterThan(150);
      await server.kill();
      const alone = await letThrough(two, 'another key', 300);
      expect(alone).toBe(400);
      expect(await letThrough(two, 'another key', 300)).toBe(0);
    } finally {
      for (const connection of connections) connection.close();
      await server.kill();
    }
  });
});
