import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ApiClient } from '../../support/api-client.js';
import { apiClient, items } from '../../support/api-client.js';
import { exitOf, startAppProcess, startProgram } from '../../support/app-process.js';
import { eventually } from '../../support/eventually.js';
import { keptPort } from '../../support/kept-port.js';
import { createTestDatabase } from '../../support/postgres.js';

/** A short run by default; GAP_KILLS=100 is the full one. */
const kills = Number(process.env['GAP_KILLS'] ?? 3);
const apiKey = `sk_test_${randomUUID().replaceAll('-', '')}`;
const visa = { amount: 5000, currency: 'USD', payment_method: 'pm_card_visa', confirm: true };

describe('a kill between what Stripe did and what we wrote down', () => {
  let environment: Record<string, string>;
  let simulator: ApiClient;
  let stopSimulator: () => Promise<unknown>;
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let dataDir: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataDir = await mkdtemp(join(tmpdir(), 'counterfoil-kill-'));
    const [port, simulatorPort] = [await keptPort(), await keptPort()];
    const secret = 'whsec_0123456789abcdef';
    const program = startProgram('simulator.js', {
      SIMULATOR_PORT: String(simulatorPort),
      SIMULATOR_DATA_DIR: join(dataDir, 'simulator'),
      // Nothing hears the webhooks, so that recovery has only the recorded request to go by.
      SIMULATOR_WEBHOOK_URL: 'http://127.0.0.1:9/webhooks/stripe',
      SIMULATOR_WEBHOOK_SECRET: secret,
    });
    stopSimulator = () => {
      program.child.kill('SIGTERM');
      return exitOf(program.child);
    };
    simulator = apiClient(`http://127.0.0.1:${simulatorPort}`, 'sk_test_0123456789abcdef');
    await eventually(
      () =>
        simulator.get('/sim/state').then(
          ({ status }) => status,
          () => 0,
        ),
      (status) => status === 200,
    );
    environment = {
      PORT: String(port),
      DATABASE_URL: database.url,
      COUNTERFOIL_DATA_DIR: dataDir,
      COUNTERFOIL_BOOTSTRAP_API_KEY: apiKey,
      COUNTERFOIL_LOG_LEVEL: 'warn',
      COUNTERFOIL_INLINE_BUDGET_MS: '500',
      COUNTERFOIL_EFFECT_GRACE_MS: '500',
      STRIPE_SECRET_KEY: 'sk_test_0123456789abcdef',
      STRIPE_WEBHOOK_SECRET: secret,
      STRIPE_API_BASE: `http://127.0.0.1:${simulatorPort}`,
    };
  }, 180_000);

  afterAll(async () => {
    await stopSimulator?.();
    await database?.drop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it(`${kills} times: one charge each, and every payment ends without a client's help`, async () => {
    const keys: string[] = [];
    for (let n = 0; n < kills; n += 1) {
      const app = await startAppProcess(environment);
      const before = items(await simulator.get('/v1/charges?limit=100'))[0]?.['id'];
      await simulator.post('/sim/next', {
        operation: 'payment_intents.create',
        behavior: 'delay_after',
        // Far longer than it takes to see the charge; nobody waits for its end.
        delay_ms: 5_000,
        times: 1,
      });
      const key = randomUUID();
      keys.push(key);
      const sent = app.api.post('/v1/payments', visa, { 'idempotency-key': key }).catch(() => undefined);
      await eventually(
        () => simulator.get('/v1/charges?limit=100'),
        (charges) => items(charges)[0]?.['id'] !== before,
      );
      await app.kill();
      await sent;
    }
    const app = await startAppProcess(environment);
    const payments = await eventually(
      () => app.api.get('/v1/payments?limit=100'),
      (list) => items(list).length === kills && items(list).every((row) => row['status'] === 'succeeded'),
      60_000,
    );
    const intents = items(payments).map(
      (row) => (row['provider'] as Record<string, unknown>)['payment_intent'],
    );
    const charges = items(await simulator.get('/v1/charges?limit=100'));
    expect(charges).toHaveLength(kills);
    expect(new Set(charges.map((charge) => charge['payment_intent']))).toEqual(new Set(intents));
    // The client that comes back with its key learns how it ended, and charges nothing.
    for (const key of keys) {
      const again = await eventually(
        () => app.api.post('/v1/payments', visa, { 'idempotency-key': key }),
        ({ status }) => status !== 409,
        60_000,
      );
      expect(again.body).toMatchObject({ status: 'succeeded', amount_captured: 5000 });
    }
    expect(items(await simulator.get('/v1/charges?limit=100'))).toHaveLength(kills);
    expect(await app.stop()).toBe(0);
  }, 600_000);
});
