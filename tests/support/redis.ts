import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import type { RedisConnection } from '../../src/infrastructure/redis/redis-connection.js';
import { eventually } from './eventually.js';
import { keptPort } from './kept-port.js';

export type RedisServer = {
  readonly url: string;
  /** To freeze and thaw it. */
  readonly process: ChildProcess;
  flush(): Promise<void>;
  /** Overwrites every value; answers how many there were. */
  poison(value: (key: string, was: string) => string): Promise<number>;
  kill(): Promise<void>;
};

/** For a connection that shows what Redis does: longer than a command takes on the most loaded of machines. */
export const patientBudgetMs = 30_000;

export const hasRedisServer = spawnSync('redis-server', ['--version']).status === 0;

export async function untilAnswers(connection: RedisConnection): Promise<void> {
  await eventually(
    async () => connection.answers(),
    (answers) => answers,
  );
}

/** A server of this test's own, without a disk. */
export async function startRedis(): Promise<RedisServer> {
  const port = await keptPort();
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const server = spawn('redis-server', settings, { stdio: 'ignore' });
  const url = `redis://127.0.0.1:${port}`;
  async function connected<T>(use: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
    client.on('error', () => undefined);
    try {
      return await use(client);
    } finally {
      client.disconnect();
    }
  }
  await connected((client) => client.ping());
  return {
    url,
    process: server,
    flush: () => connected(async (client) => void (await client.flushall())),
    poison: (value) =>
      connected(async (client) => {
        const keys = await client.keys('*');
        for (const key of keys) await client.set(key, value(key, (await client.get(key)) ?? ''));
        return keys.length;
      }),
    async kill() {
      if (server.exitCode !== null || server.signalCode !== null) return;
      const ended = once(server, 'exit');
      server.kill('SIGKILL');
      await ended;
    },
  };
}
