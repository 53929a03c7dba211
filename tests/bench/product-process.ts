import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFlags } from '../support/start-flags.js';
import { wideLimits } from '../support/unlimited.js';
import type { Child } from './child.js';
import { startChild } from './child.js';
import type { ProductReady } from './product-server.js';

export const webhookSecret = 'whsec_bench_0000000000000000';
const apiKey = `sk_test_${'b'.repeat(32)}`;

/** Counterfoil in a process of its own, on a database of the bench cluster and against the simulator at this address. */
export async function startProduct(parts: {
  readonly databaseUrl: string;
  readonly simulatorUrl: string;
  readonly redisUrl?: string;
  /** For pages, with the console switched on; the other benches measure what an order system sees. */
  readonly withConsole?: boolean;
}): Promise<Child<ProductReady>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'counterfoil-bench-product-'));
  const environment = {
    PORT: '0',
    DATABASE_URL: parts.databaseUrl,
    COUNTERFOIL_DATA_DIR: dataDir,
    COUNTERFOIL_BOOTSTRAP_API_KEY: apiKey,
    COUNTERFOIL_MODE: 'test',
    STRIPE_SECRET_KEY: 'sk_test_bench00000000',
    STRIPE_WEBHOOK_SECRET: webhookSecret,
    STRIPE_API_BASE: parts.simulatorUrl,
    ...wideLimits,
    ...(parts.withConsole === true ? { COUNTERFOIL_CONSOLE: 'on' } : {}),
    ...(parts.redisUrl === undefined ? {} : { REDIS_URL: parts.redisUrl }),
  };
  const child = await startChild<ProductReady>('product-server', environment, startFlags());
  return {
    ...child,
    async stop() {
      await child.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
