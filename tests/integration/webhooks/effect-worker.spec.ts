import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { paymentCodec } from '../../../src/application/payment/payment.codec.js';
import type { PendingEffect, PendingEffects } from '../../../src/application/ports/read-models.js';
import { carryOut } from '../../../src/application/shared/effects.js';
import { later } from '../../../src/application/webhook/retry-schedule.js';
import { PostgresEventStore } from '../../../src/infrastructure/event-store/postgres-event-store.js';
import { PostgresLeases } from '../../../src/infrastructure/postgres/leases.js';
import { createPool } from '../../../src/infrastructure/postgres/pool.js';
import { createEffectWorker } from '../../../src/interfaces/worker/effect-worker.js';
import { createWakeUp } from '../../../src/interfaces/worker/wake-up.js';
import type { TestDatabase } from '../../support/postgres.js';
import { createTestDatabase, silentLogger } from '../../support/postgres.js';
import type { Stripe } from '../stripe/simulator-control.js';
import { instantNow, newPaymentId, startStripe } from '../stripe/simulator-control.js';
import { createPaymentWorld } from './payment-world.js';
import { during, eventually } from './worker-runs.js';

let database: TestDatabase;
let pool: pg.Pool;
let eventStore: PostgresEventStore;
let leases: PostgresLeases;
let stripe: Stripe;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool({
    connectionString: database.url,
    max: 8,
    applicationName: 'workers',
    logger: silentLogger,
  });
  eventStore = new PostgresEventStore({ connectionString: database.url, logger: silentLogger });
  leases = new PostgresLeases(pool, silentLogger);
  stripe = await startStripe();
});
afterAll(async () => {
  await stripe.close();
  await eventStore.close();
  await pool.end();
  await database.drop();
});
const createWorld = () => createPaymentWorld(stripe, eventStore);

/** Pending requests straight from the log: all that were ever made, for carrying one out again is harmless. */
function createPending(): PendingEffects & {
  readonly postponed: Map<string, { at: string; error: string }>;
  readonly looks: { count: number };
} {
  const postponed = new Map<string, { at: string; error: string }>();
  const looks = { count: 0 };
  return {
    postponed,
    looks,
    async due(now, requestedBefore, limit) {
      looks.count += 1;
      const due: PendingEffect[] = [];
      for (const event of await eventStore.readAll(0n, 1_000)) {
        const nextAttempt = postponed.get(event.id)?.at ?? null;
        const waits = nextAttempt !== null && nextAttempt > now;
        if (!event.type.endsWith('Requested') || event.recordedAt > requestedBefore || waits) continue;
        due.push({
          event_id: event.id,
          stream: event.stream,
          revision: event.revision,
          requested_at: event.recordedAt,
          attempts: postponed.has(event.id) ? 1 : 0,
          next_attempt_at: nextAttempt as PendingEffect['next_attempt_at'],
          last_error: null,
        });
      }
      return due.slice(0, limit);
    },
    async postpone(eventId, nextAttemptAt, error) {
      postponed.set(eventId, { at: nextAttemptAt, error });
      return true;
    },
  };
}

describe('the effect worker', () => {
  function effectWorker(
    pending: PendingEffects,
    changes: Partial<
      Pick<Parameters<typeof createEffectWorker>[0], 'graceMs' | 'concurrency' | 'leases' | 'clock'>
    > = {},
  ) {
    const { effects, clock } = createWorld();
    return createEffectWorker({
      pending,
      eventStore,
      leases,
      effects: { payment: carryOut(paymentCodec, effects) },
      clock,
      logger: silentLogger,
      wakeUp: createWakeUp(),
      graceMs: 0,
      leaseMs: 20_000,
      pollMs: 20,
      concurrency: 100,
      ...changes,
    });
  }
  const looked = (pending: ReturnType<typeof createPending>, times: number) =>
    eventually(async () => expect(pending.looks.count).toBeGreaterThanOrEqual(times));

  it('finishes what was recorded and never sent, and what was sent and never recorded: one charge each', async () => {
    const world = createWorld();
    const before = (await stripe.counts())['charge'] ?? 0;
    const ids = Array.from({ length: 10 }, () => newPaymentId());
    for (const [n, id] of ids.entries()) {
      if (n % 2 === 0) await world.record(id, world.creation(id));
      else await world.runAndDie(id, world.creation(id));
    }
    const pending = createPending();
    // Two processes at once, as after a rolling restart.
    await during(effectWorker(pending), () =>
      during(effectWorker(pending), () =>
        eventually(async () => {
          for (const id of ids) expect(await world.stateOf(id)).toMatchObject({ status: 'captured' });
        }),
      ),
    );
    expect(((await stripe.counts())['charge'] ?? 0) - before).toBe(10);
  });

  it('leaves a request to the process that made it, for the time of grace', async () => {
    const world = createWorld();
    const id = newPaymentId();
    await world.record(id, world.creation(id));
    const pending = createPending();
    // What a worker claimed at its looks is handled before it stops.
    await during(effectWorker(pending, { graceMs: 60_000 }), () => looked(pending, 3));
    expect(await world.stateOf(id)).toMatchObject({ status: 'confirming' });
  });

  it('turns to others for a while when another process is at a request, and does not ask again and again', async () => {
    const world = createWorld();
    const [held, free] = [newPaymentId(), newPaymentId()];
    const { facts } = await world.record(held, world.creation(held));
    await world.record(free, world.creation(free));
    const request = facts.find(({ event }) => event.type === 'PaymentConfirmRequested')?.id ?? '';
    const lease = await leases.acquire(`effect:${request}`, 60_000);
    let refusals = 0;
    const acquire: PostgresLeases['acquire'] = async (name, leaseMs) => {
      const acquired = await leases.acquire(name, leaseMs);
      if (acquired === undefined) refusals += 1;
      return acquired;
    };
    const pending = createPending();
    let now = instantNow();
    const parts = { concurrency: 1, leases: { acquire }, clock: { now: () => now } };
    await during(effectWorker(pending, parts), async () => {
      await eventually(async () => {
        expect(await world.stateOf(free)).toMatchObject({ status: 'captured' });
      });
      await looked(pending, pending.looks.count + 3);
      expect(refusals).toBe(1);
      expect(await world.stateOf(held)).toMatchObject({ status: 'confirming' });
      await lease?.release();
      now = later(now, 10_000);
      await eventually(async () => {
        expect(await world.stateOf(held)).toMatchObject({ status: 'captured' });
      });
    });
  });

  it('asks again later, with a growing wait, while the outcome is unknown', async () => {
    const world = createWorld();
    const id = newPaymentId();
    const { facts } = await world.record(id, world.creation(id));
    const request = facts.find(({ event }) => event.type === 'PaymentConfirmRequested')?.id ?? '';
    // Enough for every request that is open still.
    await stripe.next('rate_limit', 'payment_intents.create', { times: 2 });
    const pending = createPending();
    await during(effectWorker(pending), async () => {
      await eventually(async () => {
        expect(pending.postponed.get(request)?.error).toBe('rate_limited');
      });
      await eventually(async () => {
        expect(await world.stateOf(id)).toMatchObject({ status: 'captured' });
      });
    });
  });
});
