import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import type { HandleWebhook } from '../../../src/application/webhook/handle-webhook.js';
import type { ReceiveWebhook } from '../../../src/application/webhook/receive-webhook.js';
import { createWebhookReceiver } from '../../../src/application/webhook/receive-webhook.js';
import { PostgresEventStore } from '../../../src/infrastructure/event-store/postgres-event-store.js';
import { PostgresInboundWebhooks } from '../../../src/infrastructure/postgres/inbound-webhooks.js';
import { createPool } from '../../../src/infrastructure/postgres/pool.js';
import { stripeApiVersion } from '../../../src/infrastructure/stripe/stripe-client.js';
import { verifyStripeWebhook } from '../../../src/infrastructure/stripe/stripe-webhook-verifier.js';
import { createWakeUp } from '../../../src/interfaces/worker/wake-up.js';
import { createWebhookWorker } from '../../../src/interfaces/worker/webhook-worker.js';
import type { TestDatabase } from '../../support/postgres.js';
import { createTestDatabase, silentLogger } from '../../support/postgres.js';
import type { Stripe } from '../stripe/simulator-control.js';
import { createRecordingLogger, newPaymentId, startStripe } from '../stripe/simulator-control.js';
import { webhook } from './inbox-examples.js';
import { createPaymentWorld } from './payment-world.js';
import { during, eventually } from './worker-runs.js';

const secret = 'whsec_workers';
const logger = createRecordingLogger();
let database: TestDatabase;
let pool: pg.Pool;
let eventStore: PostgresEventStore;
const byHand = { actor: { kind: 'system', id: 'test' }, reason: null, correlationId: 'req_1' } as const;
let inbox: PostgresInboundWebhooks;
let stripe: Stripe;
let endpoint: Server;
let receive: ReceiveWebhook;
let wakeUp = createWakeUp();

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool({
    connectionString: database.url,
    max: 8,
    applicationName: 'workers',
    logger: silentLogger,
  });
  eventStore = new PostgresEventStore({ connectionString: database.url, logger: silentLogger });
  inbox = new PostgresInboundWebhooks(pool);
  receive = createWebhookReceiver({
    inbox,
    logger,
    livemode: false,
    apiVersion: stripeApiVersion,
    onStored: () => wakeUp.wake(),
  });
  endpoint = await listen(receive);
  const { port } = endpoint.address() as AddressInfo;
  stripe = await startStripe({ webhookEndpoints: [{ url: `http://127.0.0.1:${port}/`, secrets: [secret] }] });
});
afterAll(async () => {
  await stripe.close();
  endpoint.closeAllConnections();
  await new Promise((resolve) => endpoint.close(resolve));
  await inbox.close();
  await eventStore.close();
  await pool.end();
  await database.drop();
});
beforeEach(async () => {
  await pool.query('truncate counterfoil.inbound_webhooks');
  await stripe.post('/sim/webhooks');
  await stripe.post('/sim/next/clear');
  wakeUp = createWakeUp();
});

/** The least that a webhook endpoint is: read, verify, keep, answer. */
async function listen(receiveOne: ReceiveWebhook): Promise<Server> {
  const verify = verifyStripeWebhook({ secrets: ['whsec_other', secret], toleranceSeconds: 300 });
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const header = request.headers['stripe-signature'];
    const result = verify(Buffer.concat(chunks), typeof header === 'string' ? header : undefined);
    if (result.outcome === 'verified') await receiveOne(result.webhook);
    response.writeHead(result.outcome === 'verified' ? 200 : 400).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

async function statuses(): Promise<Record<string, number>> {
  const { rows } = await pool.query<{ status: string; count: bigint }>(
    'select status, count(*) from counterfoil.inbound_webhooks group by status',
  );
  return Object.fromEntries(rows.map(({ status, count }) => [status, Number(count)]));
}
const allHandled = async (): Promise<void> => {
  const counts = await statuses();
  expect([counts['received'] ?? 0, counts['failed'] ?? 0]).toEqual([0, 0]);
};

function webhookWorker(handle: HandleWebhook, pollMs = 50) {
  return createWebhookWorker({ inbox, handle, clock: createWorld().clock, logger, wakeUp, pollMs });
}
const createWorld = () => createPaymentWorld(stripe, eventStore);

describe('the webhook worker, with signed webhooks over HTTP, Postgres and the event store', () => {
  it('finishes payments whose processes died, from webhooks that come three times and shuffled', async () => {
    const world = createWorld();
    await stripe.post('/sim/webhooks', { duplicate: 2, shuffle: true });
    const ids = Array.from({ length: 10 }, () => newPaymentId());
    await during(webhookWorker(world.handleWebhook), async () => {
      await Promise.all(ids.map((id) => world.runAndDie(id, world.creation(id))));
      await eventually(async () => {
        for (const id of ids) expect(await world.stateOf(id)).toMatchObject({ status: 'captured' });
      });
      await eventually(allHandled);
    });
    for (const id of ids) {
      const facts = await world.factsOf(id);
      expect(new Set(facts).size).toBe(facts.length);
      expect(facts).toContain('PaymentFeeRecorded');
    }
  });

  it('is woken at once by a webhook of its own process', async () => {
    const world = createWorld();
    const id = newPaymentId();
    await during(webhookWorker(world.handleWebhook, 60_000), async () => {
      await sleep(50);
      await world.runAndDie(id, world.creation(id));
      await eventually(async () => {
        expect(await world.stateOf(id)).toMatchObject({ status: 'captured' });
      });
    });
  });

  it.each([
    ['the other mode', { livemode: true }],
    ['another API version', { api_version: '2020-08-27' }],
  ])(
    'never handles a webhook of %s: it is parked, with an alarm, until it is replayed',
    async (_title, mode) => {
      const world = createWorld();
      await stripe.post('/sim/webhooks', mode);
      const id = newPaymentId();
      const before = logger.lines.length;
      await during(webhookWorker(world.handleWebhook), async () => {
        await world.runAndDie(id, world.creation(id));
        await eventually(async () => {
          const { pending_deliveries: left } = await stripe.get<{ pending_deliveries: number }>('/sim/state');
          expect([left, Object.keys(await statuses())]).toEqual([0, ['parked']]);
        });
      });
      expect(Object.keys(await statuses())).toEqual(['parked']);
      expect(await world.stateOf(id)).toMatchObject({ status: 'confirming' });
      expect(logger.lines.slice(before).some(({ level }) => level === 'error')).toBe(true);
    },
  );

  it('ignores a type that no payment cares for, and handles it again on replay', async () => {
    const world = createWorld();
    const unknown = webhook({ type: 'galaxy.exploded', payload: '{}' });
    await receive({ ...unknown, account: null });
    await during(webhookWorker(world.handleWebhook), async () => {
      const ignored = async (): Promise<void> => {
        expect(await inbox.find(unknown.id)).toMatchObject({
          status: 'ignored',
          attempts: 1,
          note: expect.stringContaining('galaxy.exploded'),
        });
      };
      await eventually(ignored);
      await inbox.replay(unknown.id, byHand);
      await eventually(ignored);
    });
  });

  it.each([
    ['charge.dispute.created', 'malformed dispute'],
    ['radar.early_fraud_warning.created', 'money may move outside the books'],
  ])('parks %s for a person, until it is dismissed', async (type, reason) => {
    const world = createWorld();
    const dispute = webhook({ type, payload: '{"data":{"object":{"id":"dp_1","payment_intent":"pi_1"}}}' });
    await receive({ ...dispute, account: null });
    await during(webhookWorker(world.handleWebhook), async () => {
      await eventually(async () => {
        expect(await inbox.find(dispute.id)).toMatchObject({ status: 'parked', attempts: 1 });
      });
    });
    expect((await inbox.find(dispute.id))?.lastError).toContain(reason);
    expect(await inbox.ignore(dispute.id, byHand)).toBe(true);
  });

  it('loses nothing to a handler that throws, which holds up nobody', async () => {
    const world = createWorld();
    const poison = webhook({ type: 'poison' });
    const harmless = Array.from({ length: 20 }, () => webhook({ type: 'harmless' }));
    for (const one of [poison, ...harmless]) await receive({ ...one, account: null });
    const handle: HandleWebhook = async ({ type }) => {
      if (type === 'poison') throw new Error('boom');
      return { status: 'ignored', note: 'harmless' };
    };
    await during(webhookWorker(handle), async () => {
      await eventually(async () => {
        expect((await statuses())['ignored']).toBe(20);
        expect(await inbox.find(poison.id)).toMatchObject({ status: 'failed', lastError: 'Error: boom' });
      });
    });
    await pool.query(
      `update counterfoil.inbound_webhooks set attempts = 12, next_attempt_at = now() where id = $1`,
      [poison.id],
    );
    await during(webhookWorker(world.handleWebhook), async () => {
      await eventually(async () => {
        expect(await inbox.find(poison.id)).toMatchObject({ status: 'parked' });
      });
    });
  });

  it('waits for what is under way when it is stopped', async () => {
    const slow = webhook();
    await receive({ ...slow, account: null });
    const started = createWakeUp();
    const stop = new AbortController();
    const handle: HandleWebhook = async () => {
      started.wake();
      await sleep(300);
      return { status: 'ignored', note: 'slow' };
    };
    const running = webhookWorker(handle).run(stop.signal);
    await started.wait(5_000, new AbortController().signal);
    stop.abort();
    await running;
    expect(await inbox.find(slow.id)).toMatchObject({ status: 'ignored' });
  });
});
