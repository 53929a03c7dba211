import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Running } from '../../src/composition/start.js';
import { startCounterfoil } from '../../src/composition/start.js';
import { readConfig } from '../../src/config.js';
import type { Answer, ApiClient, Json } from './api-client.js';
import { apiClient, field } from './api-client.js';
import { chargesOfPayment } from './charges-of-payment.js';
import { startEventStoreStandIn } from './eventstore-stand-in/server.js';
import { patientClient } from './patient-client.js';
import { createTestDatabase } from './postgres.js';
import { wideLimits } from './unlimited.js';

export type Store = 'Postgres' | 'EventStoreDB';
export const stores: readonly Store[] = ['Postgres', 'EventStoreDB'];

/** Where the specs of tests/e2e/on-either-store keep their events: in Postgres, or in the store that EVENTS_IN names. */
export const chosenStore: Store = storeOf(process.env['EVENTS_IN'] ?? 'Postgres');

function storeOf(name: string): Store {
  const store = stores.find((each) => each === name);
  if (store === undefined) throw new Error(`EVENTS_IN is ${name}; it names one of ${stores.join(', ')}`);
  return store;
}

/** The whole application in this process: real Postgres, the Stripe simulator over HTTP, either event store. */
export type RunningApp = Running & {
  readonly api: ApiClient;
  readonly simulator: ApiClient;
  readonly databaseUrl: string;
  /** The charges that the simulator's own books hold for a payment, of whatever intent, failed ones included. */
  chargesOf(payment: Answer | undefined): Promise<readonly Json[]>;
  /** What the simulator says is on our balance, by currency. */
  simulatorBalances(): Promise<Readonly<Record<string, number>>>;
  /** Alters a payment's row behind the projection's back. */
  plantDifference(paymentId: string): Promise<void>;
};

export async function startApp(
  store: Store,
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningApp> {
  const database = await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'counterfoil-e2e-'));
  const eventStore = store === 'EventStoreDB' ? await eventStoreDb() : undefined;
  const running = await startCounterfoil(
    readConfig({
      PORT: '0',
      COUNTERFOIL_DATA_DIR: dataDir,
      DATABASE_URL: database.url,
      COUNTERFOIL_LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'silent',
      // Short, so that what is left to the worker is soon done, and long enough for a request on a loaded machine.
      COUNTERFOIL_INLINE_BUDGET_MS: '3000',
      COUNTERFOIL_EFFECT_GRACE_MS: '3000',
      STRIPE_TIMEOUT_MS: '6000',
      ...wideLimits,
      ...(eventStore === undefined ? {} : { EVENTSTORE_URL: eventStore.connectionString }),
      ...environment,
    }),
  );
  const api = patientClient(apiClient(running.url, running.apiKey));
  const simulator = apiClient(running.simulatorUrl ?? running.url, 'sk_test_counterfoil_demo');
  return {
    ...running,
    api,
    simulator,
    databaseUrl: database.url,
    async chargesOf(payment) {
      return chargesOfPayment(simulator, payment?.body['id']);
    },
    async simulatorBalances() {
      const answer = await simulator.get('/sim/balance');
      const currencies = Object.entries(answer.body['currencies'] ?? {});
      return Object.fromEntries(
        currencies.map(([code, sums]) => [code.toUpperCase(), Number(field(sums, 'net'))]),
      );
    },
    async plantDifference(paymentId) {
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      await client.query(
        'update read_payments.payments set amount_captured = amount_captured + 1 where id = $1',
        [paymentId],
      );
      await client.end();
    },
    async stop() {
      await running.stop();
      await eventStore?.close();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** A real EventStoreDB when EVENTSTORE_URL names one, the stand-in on the client's own protocol otherwise. */
export async function eventStoreDb(): Promise<{ readonly connectionString: string; close(): Promise<void> }> {
  const real = process.env['EVENTSTORE_URL'];
  return real === undefined ? startEventStoreStandIn() : { connectionString: real, close: async () => {} };
}
