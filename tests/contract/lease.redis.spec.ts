import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { freePort } from '../../src/infrastructure/free-port.js';
import { RedisLeases } from '../../src/infrastructure/redis/redis-leases.js';
import { createRecordingLogger } from '../integration/stripe/simulator-control.js';
import { expectGrantWithoutService, leaseContract } from './lease.contract.js';

const logger = createRecordingLogger();
const hasServer = spawnSync('redis-server', ['--version']).status === 0;
const givenUrl = process.env['REDIS_URL'];
const reachable = hasServer || givenUrl !== undefined;
if (!reachable) process.stdout.write('Redis leases are not tested: no redis-server and no REDIS_URL\n');

/** A server of this test's own, without a disk. */
async function startRedis(): Promise<{ readonly url: string; readonly process: ChildProcess }> {
  const port = await freePort(0);
  const arguments_ = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const server = spawn('redis-server', arguments_, { stdio: 'ignore' });
  const url = `redis://127.0.0.1:${port}`;
  const client = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  await client.ping();
  client.disconnect();
  return { url, process: server };
}

/** Granting starts when the connection is up; until then leases are granted without Redis. */
async function connected(leases: RedisLeases): Promise<RedisLeases> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const lease = await leases.acquire(`warm-up-${process.pid}-${attempt}`, 50);
    if (lease !== undefined && lease.fencingToken > 0n) return leases;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('Redis did not answer within five seconds');
}

(reachable ? describe : describe.skip)('leases in Redis', () => {
  let leases: RedisLeases;
  let server: ChildProcess | undefined;
  beforeAll(async () => {
    const started = givenUrl === undefined ? await startRedis() : { url: givenUrl, process: undefined };
    server = started.process;
    leases = await connected(new RedisLeases(started.url, logger));
  });
  afterAll(async () => {
    await leases.close();
    server?.kill('SIGKILL');
  });

  leaseContract(() => leases);
});

(hasServer ? describe : describe.skip)('leases while Redis is in trouble', () => {
  it('are granted in time without it while it is frozen, and by it again afterwards', async () => {
    const { url, process: server } = await startRedis();
    const leases = await connected(new RedisLeases(url, logger));
    try {
      server.kill('SIGSTOP');
      for (let n = 0; n < 3; n += 1) await expectGrantWithoutService(leases);
      server.kill('SIGCONT');
      await connected(leases);
    } finally {
      await leases.close();
      server.kill('SIGKILL');
    }
  });

  it('are granted in time without it after it was killed, and say so once', async () => {
    const { url, process: server } = await startRedis();
    const leases = await connected(new RedisLeases(url, logger));
    const before = logger.lines.filter(({ level }) => level === 'warn').length;
    try {
      server.kill('SIGKILL');
      await new Promise((resolve) => server.once('exit', resolve));
      for (let n = 0; n < 3; n += 1) await expectGrantWithoutService(leases);
      expect(logger.lines.filter(({ level }) => level === 'warn')).toHaveLength(before + 1);
    } finally {
      await leases.close();
    }
  });

  it('keep growing tokens after everything was flushed away', async () => {
    const { url, process: server } = await startRedis();
    const leases = await connected(new RedisLeases(url, logger));
    try {
      const before = await leases.acquire('flushed', 5_000);
      const client = new Redis(url);
      await client.flushall();
      client.disconnect();
      const after = await leases.acquire('flushed', 5_000);
      expect(after?.fencingToken).toBeGreaterThan(before?.fencingToken ?? 0n);
    } finally {
      await leases.close();
      server.kill('SIGKILL');
    }
  });
});

describe('leases with no Redis at all', () => {
  it('are granted in time without it', async () => {
    const leases = new RedisLeases(`redis://127.0.0.1:${await freePort(0)}`, logger);
    await expectGrantWithoutService(leases);
    await leases.close();
  });
});
