import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApiClient, Json } from './api-client.js';
import { apiClient } from './api-client.js';
import type { AppProcess } from './app-process.js';
import { exitOf, startAppProcess, startProgram } from './app-process.js';
import { chargesOfPayment } from './charges-of-payment.js';
import { eventually } from './eventually.js';
import { keptPort } from './kept-port.js';
import type { TestDatabase } from './postgres.js';
import { createTestDatabase } from './postgres.js';
import { wideLimits } from './unlimited.js';

/** What several processes of Counterfoil share: one database, one Stripe simulator, one API key. */
export type Cluster = {
  readonly database: TestDatabase;
  readonly simulator: ApiClient;
  /** What every process is started with, but for its port and role. */
  readonly environment: Readonly<Record<string, string>>;
  /** Starts one more process on a port of its own, or on the one that `changes` name. */
  start(changes?: Readonly<Record<string, string>>): Promise<AppProcess>;
  /** All charges that the simulator's own books hold for a payment, of whatever intent, failed ones included. */
  chargesOf(paymentId: unknown): Promise<readonly Json[]>;
  /** Ends every process that still runs, whatever state it is in, and forgets the data. */
  close(): Promise<void>;
};

const stripeKey = 'sk_test_0123456789abcdef';
const webhookSecret = 'whsec_0123456789abcdef';

/** @param webhookPort where the simulator sends its webhooks; nowhere by default */
export async function startCluster(
  parts: { readonly webhookPort?: number; readonly environment?: Readonly<Record<string, string>> } = {},
): Promise<Cluster> {
  const database = await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'counterfoil-cluster-'));
  const simulatorPort = await keptPort();
  const program = startProgram('simulator.js', {
    SIMULATOR_PORT: String(simulatorPort),
    SIMULATOR_WEBHOOK_URL: `http://127.0.0.1:${parts.webhookPort ?? 9}/webhooks/stripe`,
    SIMULATOR_WEBHOOK_SECRET: webhookSecret,
  });
  const simulator = apiClient(`http://127.0.0.1:${simulatorPort}`, stripeKey);
  await eventually(
    () =>
      simulator.get('/sim/state').then(
        ({ status }) => status,
        () => 0,
      ),
    (status) => status === 200,
  );
  const environment = {
    DATABASE_URL: database.url,
    COUNTERFOIL_DATA_DIR: dataDir,
    COUNTERFOIL_BOOTSTRAP_API_KEY: `sk_test_${randomUUID().replaceAll('-', '')}`,
    COUNTERFOIL_LOG_LEVEL: 'warn',
    STRIPE_SECRET_KEY: stripeKey,
    STRIPE_WEBHOOK_SECRET: webhookSecret,
    STRIPE_API_BASE: `http://127.0.0.1:${simulatorPort}`,
    ...wideLimits,
    ...parts.environment,
  };
  const nodes: AppProcess[] = [];
  return {
    database,
    simulator,
    environment,
    async start(changes = {}) {
      const PORT = changes['PORT'] ?? String(await keptPort());
      const node = await startAppProcess({ ...environment, ...changes, PORT });
      nodes.push(node);
      return node;
    },
    chargesOf: (paymentId) => chargesOfPayment(simulator, paymentId),
    async close() {
      await Promise.all(nodes.map((node) => node.kill()));
      program.child.kill('SIGTERM');
      await exitOf(program.child);
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
