import type { Pool } from 'pg';
import type { Registry } from 'prom-client';
import { Gauge } from 'prom-client';
import type { BreakerStatus } from '../../application/ports/breakers.js';
import type { ProjectionStatus } from '../../application/ports/read-models.js';
import { within } from '../../application/shared/within.js';
import type { Backlog } from './backlog.js';

/** What is looked at when somebody asks. */
export type Watched = {
  readonly breakers: () => readonly BreakerStatus[];
  readonly projections: () => Promise<readonly ProjectionStatus[]>;
  readonly backlog: () => Promise<Backlog>;
  readonly pools: Readonly<Record<string, Pick<Pool, 'totalCount' | 'idleCount' | 'waitingCount'>>>;
  readonly lanes: () => readonly {
    readonly lane: string;
    readonly underWay: number;
    readonly waiting: number;
    readonly shed: number;
  }[];
  /** Null where calls to Stripe do not wait for a turn. */
  readonly callRate: (() => { readonly waiting: number; readonly perSecond: number }) | null;
  /** By how many milliseconds this machine's clock is ahead, by whose. */
  readonly skews: () => Promise<Readonly<Record<string, number>>>;
  /** Null without Redis. */
  readonly redisAnswers: (() => boolean) | null;
};

type Look = (watched: Watched, gauges: Gauges) => Promise<void> | void;

const answerWithinMs = 2_000;

/** By the name of what is looked at, which also tells when it could not be. */
const looks: Readonly<Record<string, Look>> = {
  breakers: ({ breakers }, { set }) => {
    for (const { name, state } of breakers()) {
      for (const each of ['closed', 'half_open', 'open']) {
        set('breaker_state', 'State of a circuit breaker: 1 for the one it is in', Number(each === state), {
          breaker: name,
          state: each,
        });
      }
    }
  },
  projections: async ({ projections }, { set }) => {
    for (const { name, lag_ms: lagMs, parked_events: parked } of await projections()) {
      const labels = { projection: name };
      set('projection_lag_seconds', 'Age of the oldest event that is not applied', lagMs / 1_000, labels);
      set('projection_parked_events', 'Events that a read model could not take', parked, labels);
    }
  },
  backlog: async ({ backlog }, { set }) => {
    const { effects, webhooks } = await backlog();
    set('effects', 'Requests to the provider without an outcome', effects.open, { state: 'open' });
    set('effects', 'Requests to the provider without an outcome', effects.in_doubt, { state: 'in_doubt' });
    set('effects_oldest_seconds', 'Age of the oldest open request', effects.oldest_seconds);
    for (const status of ['received', 'failed', 'parked']) {
      const waiting = webhooks.find((each) => each.status === status);
      set('inbox_webhooks', 'Webhooks that are not handled, by status', waiting?.count ?? 0, { status });
      set('inbox_oldest_seconds', 'Age of the oldest of them', waiting?.oldest_seconds ?? 0, { status });
    }
  },
  pools: ({ pools }, { set }) => {
    for (const [pool, { totalCount, idleCount, waitingCount }] of Object.entries(pools)) {
      set('pool_connections', 'Connections to Postgres', totalCount - idleCount, { pool, state: 'busy' });
      set('pool_connections', 'Connections to Postgres', idleCount, { pool, state: 'idle' });
      set('pool_waiting', 'Queries that wait for a connection', waitingCount, { pool });
    }
  },
  lanes: ({ lanes }, { set }) => {
    for (const { lane, underWay, waiting, shed } of lanes()) {
      set('requests_under_way', 'Requests under way', underWay, { lane });
      set('requests_waiting', 'Requests that wait for their turn', waiting, { lane });
      set('requests_shed', 'Requests that were told to come again, since the start', shed, { lane });
    }
  },
  call_rate: ({ callRate }, { set }) => {
    if (callRate === null) return;
    const { waiting, perSecond } = callRate();
    set('stripe_calls_waiting', 'Calls to Stripe that wait for their turn', waiting);
    set('stripe_calls_allowed_per_second', 'Calls to Stripe that go out at most', perSecond);
  },
  clock: async ({ skews }, { set }) => {
    for (const [of, aheadMs] of Object.entries(await skews())) {
      set('clock_ahead_seconds', "How far this machine's clock is ahead of another", aheadMs / 1_000, { of });
    }
  },
  redis: ({ redisAnswers }, { set }) => {
    if (redisAnswers !== null) set('redis_answers', 'Whether Redis is used just now', Number(redisAnswers()));
  },
};

/**
 * The page for Prometheus. A look that fails or takes too long leaves its figures out, and says so in
 * `counterfoil_watch_up`; the others are answered. Those who ask at once get one answer.
 */
export function createMetricsPage(
  registry: Registry,
  watched: Watched,
): () => Promise<{ readonly contentType: string; readonly text: string }> {
  const gauges = new Gauges(registry);
  let underWay: Promise<{ contentType: string; text: string }> | undefined;

  async function look(): Promise<{ contentType: string; text: string }> {
    gauges.clear();
    await Promise.all(
      Object.entries(looks).map(async ([name, each]) => {
        const looked = Promise.resolve()
          .then(() => each(watched, gauges))
          .then(
            () => true,
            () => false,
          );
        const up = await within(answerWithinMs, looked, () => false);
        gauges.set('watch_up', 'Whether it could be looked at', Number(up), { watched: name });
      }),
    );
    return { contentType: registry.contentType, text: await registry.metrics() };
  }

  return () => {
    underWay ??= look().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
}

/** Gauges by their names, made when they are first set. */
class Gauges {
  readonly #registry: Registry;
  readonly #known = new Map<string, Gauge>();

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  readonly set = (
    name: string,
    help: string,
    value: number,
    labels: Readonly<Record<string, string>> = {},
  ): void => {
    let gauge = this.#known.get(name);
    if (gauge === undefined) {
      gauge = new Gauge({
        name: `counterfoil_${name}`,
        help: `${help}.`,
        labelNames: Object.keys(labels),
        registers: [this.#registry],
      });
      this.#known.set(name, gauge);
    }
    gauge.set(labels, value);
  };

  /** So that what cannot be seen any more is not told as it was. */
  clear(): void {
    for (const name of this.#known.keys()) this.#registry.removeSingleMetric(`counterfoil_${name}`);
    this.#known.clear();
  }
}
