import { ContainerModule } from 'inversify';
import { auditedCategories } from '../application/audit/audited-categories.js';
import { createDescribeEvent } from '../application/audit/describe-event.js';
import { createStateAt } from '../application/audit/state-at.js';
import { EventLoopDelay } from '../infrastructure/event-loop-delay.js';
import { PostgresApiKeys } from '../infrastructure/postgres/api-keys.js';
import { PostgresIdempotencyRecords } from '../infrastructure/postgres/idempotency-records.js';
import { countOpenRequests } from '../infrastructure/read-models/open-requests.js';
import { stuckNow } from '../infrastructure/read-models/stuck-payments.js';
import { controllers } from '../interfaces/http/controllers.js';
import { createHttpServer } from '../interfaces/http/http-server.js';
import { httpTokens } from '../interfaces/http/http-tokens.js';
import { HealthController } from '../interfaces/http/operations/health.controller.js';
import { MetricsController } from '../interfaces/http/operations/metrics.controller.js';
import { customerPages } from '../interfaces/http/pages/customer-pages.js';
import { consolePages } from '../interfaces/http/pages/page-controllers.js';
import { cardEntryOf } from '../interfaces/http/pages/pay/card-entry.js';
import { createAskApi } from '../interfaces/http/pages/shared/ask-api.js';
import { Admission } from '../interfaces/http/shared/admission.js';
import { checkConfig } from './config-check.js';
import { createHealthChecks } from './health.js';
import { tokens } from './tokens.js';

/** Clients have patience of a few seconds; whose turn does not come within this is better off asking again. */
const turnWithinMs = 2_000;
/** They are stored many at a time. Stripe sends one that is shed again, for up to three days. */
const webhooksMax = 2_000;

/** The API: its controllers, who may call it, and the server in front of them. */
export const httpModule = new ContainerModule(({ bind }) => {
  bind(httpTokens.settings).toResolvedValue(
    ({ config, publicUrl, stripe }) => ({
      livemode: config.mode === 'live',
      mode: config.mode,
      businessName: config.mail.from.name,
      publicUrl,
      cardEntry: cardEntryOf(stripe, config.stripe.publishableKey),
      // Longer than a request can wait for the provider and then for the stores.
      idempotencyLeaseMs: config.inlineBudgetMs + 10_000,
      // Elsewhere a proxy may stand in front, whose visitors must not see them: they need a key.
      metricsArePublic: config.mode === 'demo',
    }),
    [tokens.surroundings],
  );
  bind(httpTokens.apiKeys).toResolvedValue((pool) => new PostgresApiKeys(pool), [tokens.doorPool]);
  bind(tokens.idempotencyRecords).toResolvedValue(
    (pool, writes, { door: guard }, logger) =>
      new PostgresIdempotencyRecords({ pool, writes, guard, logger }),
    [tokens.doorPool, tokens.writes, tokens.storeBreakers, tokens.logger],
  );
  bind(httpTokens.describeEvent).toConstantValue(createDescribeEvent(auditedCategories));
  bind(httpTokens.stateAt).toResolvedValue(
    (eventStore) => createStateAt({ eventStore, categories: auditedCategories }),
    [httpTokens.eventStore],
  );
  bind(httpTokens.checkConfig).toResolvedValue(
    (surroundings) => () => checkConfig(surroundings.config, surroundings.logger, surroundings),
    [tokens.surroundings],
  );
  bind(httpTokens.healthChecks).toResolvedValue(
    (eventStore, projections, inbox, breakers, policies, notifications, pool, clock, skews, logger) =>
      createHealthChecks({
        eventStore,
        projections,
        openRequests: () => countOpenRequests(pool),
        stuck: () => stuckNow(pool, clock.now()),
        skews,
        logger,
        inbox,
        breakers,
        policies,
        notifications,
        writable: async () => {
          const { rows } = await pool.query<{ readonly: boolean }>('select pg_is_in_recovery() as readonly');
          if (rows[0]?.readonly !== false) throw new Error('the database takes no writes');
        },
      }),
    [
      httpTokens.eventStore,
      httpTokens.projections,
      httpTokens.inboundWebhooks,
      httpTokens.breakers,
      httpTokens.policyProgress,
      tokens.notifications,
      tokens.pool,
      httpTokens.clock,
      tokens.clockSkews,
      tokens.logger,
    ],
  );
  for (const controller of [...controllers, ...customerPages, ...consolePages]) {
    bind(controller as never).toSelf();
  }
  bind(httpTokens.askApi).toResolvedValue(
    (...all) => createAskApi(all.flatMap((controller) => [...controller.routes])),
    [...controllers],
  );
  bind(tokens.customerPages).toResolvedValue((...all) => all, [...customerPages]);
  bind(tokens.consolePages).toResolvedValue(
    ({ config }, ...all) => (config.console.on && config.role !== 'worker' ? all : []),
    [tokens.surroundings, ...consolePages],
  );
  bind(tokens.eventLoopDelay).toResolvedValue(() => new EventLoopDelay());
  bind(tokens.admission).toResolvedValue(
    ({ config: { readsMax, writesMax } }, delay) =>
      new Admission({
        reads: { underWayMax: readsMax, waitingMax: readsMax, waitMs: turnWithinMs },
        writes: { underWayMax: writesMax, waitingMax: writesMax, waitMs: turnWithinMs },
        webhooks: { underWayMax: webhooksMax, waitingMax: 0, waitMs: 0 },
        loopDelayMs: () => delay.medianMs(),
      }),
    [tokens.surroundings, tokens.eventLoopDelay],
  );
  bind(tokens.serverParts).toResolvedValue(
    (settings, apiKeys, limits, idempotency, logger, admission, accessLog, counters, { config }) => ({
      ...{ settings, apiKeys, limits, idempotency, logger, admission, accessLog },
      onAnswered: counters.requestAnswered,
      trustedProxies: config.trustedProxies,
    }),
    [
      httpTokens.settings,
      httpTokens.apiKeys,
      tokens.clientLimits,
      tokens.idempotencyRecords,
      tokens.logger,
      tokens.admission,
      httpTokens.accessLog,
      tokens.counters,
      tokens.surroundings,
    ],
  );
  bind(tokens.httpServer).toResolvedValue(
    (parts, receiveWebhook, ofCustomers, ofOperators, { config }, ...all) => {
      const pages = [...ofCustomers, ...(config.console.listen === null ? ofOperators : [])];
      // A worker only tells how it is.
      return config.role === 'worker'
        ? createHttpServer({ ...parts, receiveWebhook: noWebhook, controllers: all.filter(tellsHowItIs) })
        : createHttpServer({ ...parts, receiveWebhook, controllers: all, pageControllers: pages });
    },
    [
      tokens.serverParts,
      tokens.receiveWebhook,
      tokens.customerPages,
      tokens.consolePages,
      tokens.surroundings,
      ...controllers,
    ],
  );
  bind(tokens.consoleServer).toResolvedValue(
    (parts, pageControllers, { config }) =>
      config.console.listen === null || pageControllers.length === 0
        ? null
        : createHttpServer({ ...parts, receiveWebhook: noWebhook, controllers: [], pageControllers }),
    [tokens.serverParts, tokens.consolePages, tokens.surroundings],
  );
});

function tellsHowItIs(controller: object): boolean {
  return controller instanceof HealthController || controller instanceof MetricsController;
}

async function noWebhook() {
  return { status: 404, code: 'route_missing' };
}
