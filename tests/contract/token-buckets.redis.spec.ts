import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RedisConnection } from '../../src/infrastructure/redis/redis-connection.js';
import { RedisTokenBuckets } from '../../src/infrastructure/redis/redis-token-buckets.js';
import { silentLogger } from '../support/postgres.js';
import type { RedisServer } from '../support/redis.js';
import { hasRedisServer, patientBudgetMs, startRedis, untilAnswers } from '../support/redis.js';
import { tokenBucketsContract } from './token-buckets.contract.js';

if (!hasRedisServer) process.stdout.write('Buckets in Redis are not tested: there is no redis-server\n');

(hasRedisServer ? describe : describe.skip)('buckets in Redis', () => {
  let server: RedisServer;
  let connections: readonly [RedisConnection, RedisConnection];
  beforeAll(async () => {
    server = await startRedis();
    connections = [
      new RedisConnection(server.url, silentLogger, patientBudgetMs),
      new RedisConnection(server.url, silentLogger, patientBudgetMs),
    ];
    for (const connection of connections) await untilAnswers(connection);
  });
  afterAll(async () => {
    for (const connection of connections) connection.close();
    await server.kill();
  });

  tokenBucketsContract(() => [new RedisTokenBuckets(connections[0]), new RedisTokenBuckets(connections[1])]);

  it('are full again after Redis forgot everything', async () => {
    const buckets = new RedisTokenBuckets(connections[0]);
    const rule = { limit: 5, refillSeconds: 3_600 };
    expect((await buckets.take('flushed', rule, 5)).granted).toBe(5);
    await server.flush();
    expect((await buckets.take('flushed', rule, 5)).granted).toBe(5);
  });

  it('grant nothing when Redis is gone, and say so without a wait', async () => {
    await server.kill();
    const buckets = new RedisTokenBuckets(connections[0]);
    const rule = { limit: 5, refillSeconds: 3_600 };
    for (let n = 0; n < 20; n += 1) await expect(buckets.take('gone', rule, 1)).rejects.toThrow();
  });
});
