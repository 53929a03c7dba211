import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { items } from '../../support/api-client.js';
import type { AppProcess } from '../../support/app-process.js';
import type { Cluster } from '../../support/cluster.js';
import { startCluster } from '../../support/cluster.js';
import { eventually } from '../../support/eventually.js';
import type { RedisServer } from '../../support/redis.js';
import { hasRedisServer, startRedis } from '../../support/redis.js';

/** A short run by default; PAUSES=500 is the full one. */
const pauses = Number(process.env['PAUSES'] ?? 2);
const leaseMs = 2_000;
const visa = { amount: 5000, currency: 'USD', payment_method: 'pm_card_visa', confirm: true };

const keepers = hasRedisServer ? (['Postgres', 'Redis'] as const) : (['Postgres'] as const);
if (!hasRedisServer)
  process.stdout.write('No worker is frozen with leases in Redis: there is no redis-server\n');

const takenUp = 'a pending request is taken up';
const carriedOut = 'a pending request to the provider is settled';
const refusedByStore = 'a stale note was refused: another worker took over';

/** Lines of a process's log with this message. */
function said(worker: AppProcess, message: string): readonly Readonly<Record<string, unknown>>[] {
  return worker
    .output()
    .split('\n')
    .filter((line) => line.includes(`"msg":"${message}"`))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe.each(keepers)('F05: a worker frozen past its lease in %s', (keeper) => {
  let cluster: Cluster;
  let redis: RedisServer | undefined;
  let database: pg.Pool;
  let workers: readonly AppProcess[];
  beforeAll(async () => {
    redis = keeper === 'Redis' ? await startRedis() : undefined;
    cluster = await startCluster({
      environment: {
        COUNTERFOIL_LOG_LEVEL: 'debug',
        COUNTERFOIL_INLINE_BUDGET_MS: '300',
        COUNTERFOIL_EFFECT_GRACE_MS: '300',
        COUNTERFOIL_EFFECT_LEASE_MS: String(leaseMs),
        ...(redis === undefined ? {} : { REDIS_URL: redis.url }),
      },
    });
    database = new pg.Pool({ connectionString: cluster.database.url, max: 2 });
    workers = await Promise.all([1, 2].map(() => cluster.start({ COUNTERFOIL_ROLE: 'worker' })));
  }, 180_000);
  afterEach(() => {
    for (const { child } of workers) child.kill('SIGCONT');
  });
  afterAll(async () => {
    await database?.end();
    await cluster?.close();
    await redis?.kill();
  });

  async function noteOf(eventId: string) {
    const { rows } = await database.query<{ attempts: number; token: string }>(
      'select attempts, fencing_token::text as token from counterfoil.effect_attempts where event_id = $1',
      [eventId],
    );
    return rows[0];
  }

  it(`${pauses} pauses: what it writes afterwards is refused by the stores, and no effect is doubled`, async () => {
    // It reaches no Stripe, so that everything that it records is left to the workers.
    const api = await cluster.start({ COUNTERFOIL_ROLE: 'api', STRIPE_API_BASE: 'http://127.0.0.1:9' });
    let refused = 0;
    for (let n = 0; n < pauses; n += 1) {
      // The worker that asks Stripe first is frozen while it waits for the answer.
      await cluster.simulator.post('/sim/next', {
        operation: 'payment_intents.create',
        behavior: 'delay_after',
        delay_ms: 4_000,
        times: 1,
      });
      const payment = await api.api.post('/v1/payments', visa);
      expect(payment.status).toBe(202);
      const stream = `payment-${payment.body['id']}`;
      const frozen = await eventually(
        async () => workers.find((worker) => said(worker, takenUp).some((line) => line['stream'] === stream)),
        (worker) => worker !== undefined,
      );
      frozen?.child.kill('SIGSTOP');
      const peer = workers.find((worker) => worker !== frozen) as AppProcess;
      if (keeper === 'Redis' && n % 2 === 1) await redis?.flush();
      const [of] = await eventually(
        async () => said(peer, carriedOut).filter((line) => line['stream'] === stream),
        (lines) => lines.length === 1,
        30_000,
      );
      const eventId = String(of?.['eventId']);
      const noted = await eventually(
        () => noteOf(eventId),
        (note) => note !== undefined,
      );
      const before = (await api.api.get(`/v1/payments/${payment.body['id']}/timeline`)).text;

      frozen?.child.kill('SIGCONT');
      const late = await eventually(
        async () =>
          said(frozen as AppProcess, refusedByStore).filter((line) => line['stream'] === stream).length,
        (count) => count > 0,
      );
      refused += late;
      // The peer may look at it once more before the read models have followed; the frozen one's token never returns.
      expect(BigInt((await noteOf(eventId))?.token ?? 0)).toBeGreaterThanOrEqual(BigInt(noted?.token ?? 0));
      expect((await api.api.get(`/v1/payments/${payment.body['id']}/timeline`)).text).toBe(before);
      const shown = await api.api.get(`/v1/payments/${payment.body['id']}`);
      expect(shown.body).toMatchObject({ status: 'succeeded', amount_captured: 5000 });
      expect(await cluster.chargesOf(shown.body['id'])).toHaveLength(1);
    }
    expect(refused).toBeGreaterThanOrEqual(pauses);
    expect(items(await cluster.simulator.get('/v1/charges?limit=100'))).toHaveLength(Math.min(pauses, 100));
  }, 7_200_000);
});
