import { spawn, spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { keptPort } from '../../support/kept-port.js';
import { ended } from './programs.js';

export type FaultyRedis = {
  readonly url: string;
  /** Ends the server with all that it knew, and starts an empty one. */
  kill(): Promise<void>;
  freeze(ms: number): Promise<void>;
  flush(): Promise<void>;
  stop(): Promise<void>;
};

/** Undefined where no redis-server is installed: a run then goes without Redis, and says so. */
export async function startFaultyRedis(): Promise<FaultyRedis | undefined> {
  if (spawnSync('redis-server', ['--version']).error !== undefined) return undefined;
  const port = await keptPort();
  const start = () =>
    spawn(
      'redis-server',
      ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
      { stdio: 'ignore' },
    );
  let server = start();
  const url = `redis://127.0.0.1:${port}`;
  return {
    url,
    async kill() {
      server.kill('SIGKILL');
      await ended(server);
      server = start();
    },
    async freeze(ms) {
      const { pid } = server;
      server.kill('SIGSTOP');
      await sleep(ms);
      if (server.pid === pid) server.kill('SIGCONT');
    },
    async flush() {
      const client = new Redis(url, {
        maxRetriesPerRequest: 0,
        lazyConnect: true,
        retryStrategy: () => null,
      });
      client.on('error', () => undefined);
      await client.flushall().catch(() => undefined);
      client.disconnect();
    },
    async stop() {
      server.kill('SIGKILL');
      await ended(server);
    },
  };
}
