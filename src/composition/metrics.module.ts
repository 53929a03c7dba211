import { ContainerModule } from 'inversify';
import { readBacklog } from '../infrastructure/metrics/backlog.js';
import { Counters } from '../infrastructure/metrics/counters.js';
import { createMetricsPage } from '../infrastructure/metrics/metrics-page.js';
import { httpTokens } from '../interfaces/http/http-tokens.js';
import { tokens } from './tokens.js';

/** What is counted as it happens, and what is looked at when somebody asks for the figures. */
export const metricsModule = new ContainerModule(({ bind }) => {
  bind(tokens.counters).toResolvedValue(() => new Counters());
  bind(httpTokens.metricsPage).toResolvedValue(
    (
      ...[
        counters,
        breakers,
        projections,
        admission,
        { callRate },
        redis,
        skews,
        queries,
        door,
        projecting,
        receptions,
        buckets,
      ]
    ) =>
      createMetricsPage(counters.registry, {
        skews,
        breakers: () => breakers.status(),
        projections: () => projections.status(),
        backlog: () => readBacklog(queries),
        pools: { queries, door, projections: projecting, receptions, buckets },
        lanes: () => admission.status(),
        callRate: callRate === null ? null : () => callRate.status(),
        redisAnswers: redis === null ? null : () => redis.answers(),
      }),
    [
      tokens.counters,
      httpTokens.breakers,
      httpTokens.projections,
      tokens.admission,
      tokens.stripeGateway,
      tokens.redis,
      tokens.clockSkews,
      tokens.pool,
      tokens.doorPool,
      tokens.projectionPool,
      tokens.receptionPool,
      tokens.bucketPool,
    ],
  );
});
