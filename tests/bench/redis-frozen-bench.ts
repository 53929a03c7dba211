import { startRedis } from '../support/redis.js';
import type { Bench } from './bench.js';
import { startChild } from './child.js';
import type { LoadReport } from './load-plan.js';
import { startProduct } from './product-process.js';
import { inTurn } from './rounds.js';

const connections = 8;

/** Stripe asks for the customer, so each answer looks for what is kept in Redis and tries to keep what it found. */
const body = JSON.stringify({
  amount: 5_000,
  currency: 'USD',
  payment_method: 'pm_card_threeDSecure2Required',
  confirm: true,
});

/** The slowest hundredth of payments that touch Redis, while Redis is frozen, beside a Counterfoil that has none. */
export const redisFrozenBench: Bench = {
  name: 'redis-frozen',
  async run({ cluster, effort, sendLoad }) {
    const simulator = await startChild<{ url: string }>('simulator-process', {});
    const simulatorUrl = simulator.ready.url;
    const redis = await startRedis();
    const [without, frozen] = [
      await startProduct({ databaseUrl: await cluster.createDatabase('bench_no_redis'), simulatorUrl }),
      await startProduct({
        databaseUrl: await cluster.createDatabase('bench_frozen_redis'),
        simulatorUrl,
        redisUrl: redis.url,
      }),
    ];
    const requests = effort.quick ? 200 : 1_500;
    async function load({ ready, quiet }: typeof frozen): Promise<number> {
      const content = { kind: 'payment', apiKey: ready.apiKey, body } as const;
      const plan = { port: ready.port, connections, requests, expectedStatus: 201, content };
      const { p99Ms }: LoadReport = await sendLoad(plan);
      await quiet();
      return p99Ms;
    }
    try {
      await load(without);
      await load(frozen);
      redis.process.kill('SIGSTOP');
      // Those who wait at this moment pay the budget once; what is measured is the outage that follows.
      await load(frozen);
      const values = await inTurn(
        effort,
        () => load(without),
        () => load(frozen),
      );
      const figure = {
        path: `POST /v1/payments that needs an action, p99, Redis frozen, ${connections} connections`,
        unit: 'ms',
        floorName: 'Counterfoil without REDIS_URL',
        ...values,
        target: { kind: 'at_most', ratio: 1.3 },
      } as const;
      return { figures: [figure], notes: [] };
    } finally {
      await frozen.stop();
      await without.stop();
      await redis.kill();
      await simulator.stop();
    }
  },
};
