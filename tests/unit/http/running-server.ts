import 'reflect-metadata';
import { Container } from 'inversify';
import { auditedCategories } from '../../../src/application/audit/audited-categories.js';
import { createDescribeEvent } from '../../../src/application/audit/describe-event.js';
import { createStateAt } from '../../../src/application/audit/state-at.js';
import type { LimitRules } from '../../../src/application/limit/client-limits.js';
import { paymentCodec } from '../../../src/application/payment/payment.codec.js';
import type { PaymentHandler } from '../../../src/application/payment/payment-effects.js';
import { createPaymentEffects } from '../../../src/application/payment/payment-effects.js';
import { createRecoverPayment } from '../../../src/application/payment/recover-payment.js';
import type { RefundThresholds } from '../../../src/application/payment/refund-rule.js';
import { createRefundRule } from '../../../src/application/payment/refund-rule.js';
import type { Scope } from '../../../src/application/ports/api-keys.js';
import { scopes } from '../../../src/application/ports/api-keys.js';
import { createCommandHandler } from '../../../src/application/shared/command-handler.js';
import { createOperations } from '../../../src/application/shared/operations.js';
import { payment } from '../../../src/domain/payment/payment.js';
import { createExportSigner } from '../../../src/infrastructure/export-signer.js';
import { systemClock } from '../../../src/infrastructure/system-clock.js';
import { controllers } from '../../../src/interfaces/http/controllers.js';
import type { HttpServerParts } from '../../../src/interfaces/http/http-server.js';
import { createHttpServer } from '../../../src/interfaces/http/http-server.js';
import type { HealthChecks, ReceiveWebhook } from '../../../src/interfaces/http/http-tokens.js';
import { httpTokens } from '../../../src/interfaces/http/http-tokens.js';
import { customerPages } from '../../../src/interfaces/http/pages/customer-pages.js';
import { consolePages } from '../../../src/interfaces/http/pages/page-controllers.js';
import type { CardEntry } from '../../../src/interfaces/http/pages/pay/card-entry.js';
import type { PageController } from '../../../src/interfaces/http/pages/shared/page.js';
import { createAttempts } from '../../../src/interfaces/http/payment/card-testing.js';
import { Admission } from '../../../src/interfaces/http/shared/admission.js';
import { apiVersion } from '../../../src/interfaces/http/shared/request-headers.js';
import type { Controller } from '../../../src/interfaces/http/shared/route.js';
import { apiClient } from '../../support/api-client.js';
import { InMemoryEventStore } from '../../support/in-memory-event-store.js';
import { at } from '../../support/payment-examples.js';
import { bindAlerts } from './alert-ports.js';
import { bindCollections } from './collection-ports.js';
import { bindCredits } from './credit-ports.js';
import { bindCustomerParts } from './customer-parts.js';
import { InMemoryIntegrityChecks } from './in-memory-integrity-checks.js';
import { bindInvoices } from './in-memory-invoices.js';
import type { Limiting } from './in-memory-limits.js';
import { createLimiting } from './in-memory-limits.js';
import {
  InMemoryApiKeys,
  InMemoryIdempotencyRecords,
  InMemoryInbox,
  KeptLog,
  LogReadModels,
  PretendGateway,
  PretendJobs,
  PretendProjections,
  PretendTestClock,
} from './in-memory-ports.js';
import { LogDisputeQueries } from './log-disputes.js';
import { LogPaymentQueries } from './log-payments.js';
import { bindNotifications, bindPortal } from './notification-ports.js';
import { bindPlans } from './plan-ports.js';
import { bindUserParts } from './user-parts.js';

const roomy = { underWayMax: 1_000, waitingMax: 1_000, waitMs: 2_000 };
export const allScopesSecret = 'sk_test_allscopes0000000000000000';

/** The HTTP server over loopback, with the real domain and application behind it and the outside in memory. */
export async function startServer(
  more: Partial<
    Pick<HttpServerParts, 'receiveWebhook' | 'bodyBytesMax' | 'trustedProxies' | 'admission' | 'limits'>
  > & {
    /** So long by default that no pause of a loaded machine makes a 202 of what would be answered. */
    readonly inlineBudgetMs?: number;
    /** The simulator's page by default. */
    readonly cardEntry?: CardEntry;
    /** Controllers beside those of the product. */
    readonly furtherControllers?: readonly Controller[];
    readonly furtherPages?: readonly PageController[];
    /** Wide for every kind that is not named. */
    readonly limitRules?: Partial<LimitRules>;
    /** Never, for every currency, by default. */
    readonly refundApproval?: RefundThresholds;
  } = {},
) {
  const eventStore = new InMemoryEventStore();
  const gateway = new PretendGateway();
  const logger = new KeptLog();
  const apiKeys = new InMemoryApiKeys();
  const idempotency = new InMemoryIdempotencyRecords();
  const inbox = new InMemoryInbox();
  const addKey = (
    secret: string,
    given: readonly Scope[],
    livemode = false,
    holder: string | null = null,
  ): void => {
    const id = `key_${apiKeys.keys.size + 1}`;
    const made = { id, name: id, scopes: given, holder, livemode, apiVersion };
    apiKeys.keys.set(secret, { ...made, revokedAt: null });
  };
  addKey(allScopesSecret, scopes, false, 'bootstrap');

  const { limitRules: rules = {} } = more;
  const created = createLimiting({ eventStore, logger, clock: systemClock, rules });
  const limiting = { ...created, limits: more.limits ?? created.limits };
  const { container, mails, renderings, users, customers, measuring } = containerOf({
    eventStore,
    limiting,
    gateway,
    logger,
    inbox,
    apiKeys,
    inlineBudgetMs: more.inlineBudgetMs ?? 30_000,
    refundApproval: more.refundApproval ?? { of: new Map(), others: null },
    cardEntry: more.cardEntry ?? { kind: 'simulated', origin: 'http://127.0.0.1:9' },
  });
  const webhooks: { readonly body: string; readonly ip: string }[] = [];
  const receiveWebhook: ReceiveWebhook = async (rawBody, signature, ip) => {
    if (signature !== 'good') return { status: 400, code: 'signature_missing' };
    webhooks.push({ body: rawBody.toString('utf8'), ip });
    return { status: 200 };
  };
  const http = createHttpServer({
    settings: container.get(httpTokens.settings),
    controllers: [
      ...controllers.map((controller) => container.get<Controller>(controller)),
      ...(more.furtherControllers ?? []),
    ],
    pageControllers: [
      ...customerPages.map((pages) => container.get<PageController>(pages)),
      ...consolePages.map((controller) => container.get<PageController>(controller as never)),
      ...(more.furtherPages ?? []),
    ],
    apiKeys,
    idempotency,
    logger,
    receiveWebhook,
    accessLog: users.accessLog,
    admission: new Admission({ reads: roomy, writes: roomy, webhooks: roomy, loopDelayMs: () => 0 }),
    ...more,
    limits: limiting.limits,
  });
  const port = await http.listen(0, '127.0.0.1');
  const url = `http://127.0.0.1:${port}`;
  return {
    ...{
      http,
      url,
      eventStore,
      gateway,
      logger,
      apiKeys,
      addKey,
      idempotency,
      inbox,
      webhooks,
      container,
      limiting,
      customers,
      mails,
      renderings,
      users,
      measuring,
    },
    api: apiClient(url, allScopesSecret),
    as: (secret: string | null) => apiClient(url, secret),
    // No test asks for anything any more, so nothing is waited for.
    stop: () => http.close(0),
  };
}

export type RunningServer = Awaited<ReturnType<typeof startServer>>;

function containerOf(parts: {
  readonly eventStore: InMemoryEventStore;
  readonly limiting: Limiting;
  readonly gateway: PretendGateway;
  readonly logger: KeptLog;
  readonly inbox: InMemoryInbox;
  readonly apiKeys: InMemoryApiKeys;
  readonly cardEntry: CardEntry;
  readonly refundApproval: RefundThresholds;
  readonly inlineBudgetMs: number;
}) {
  const { eventStore, limiting, gateway, logger, inbox, apiKeys, inlineBudgetMs } = parts;
  const handler: PaymentHandler = createCommandHandler({
    eventStore,
    decider: payment,
    codec: paymentCodec,
    category: 'payment',
  });
  const effects = createPaymentEffects({ handler, gateway, clock: systemClock });
  const readModels = new LogReadModels(eventStore);
  const healthy = async () => ({ healthy: true, checks: { store: { healthy: true, detail: 'ok' } } });
  const container = new Container();
  container.bind(httpTokens.settings).toConstantValue({
    livemode: false,
    businessName: 'Acme',
    publicUrl: 'https://pay.example',
    cardEntry: parts.cardEntry,
  });
  container.bind(httpTokens.clock).toConstantValue(systemClock);
  container
    .bind(httpTokens.paymentOperations)
    .toConstantValue(createOperations({ handler, effects, logger, inlineBudgetMs, idName: 'paymentId' }));
  container.bind(httpTokens.paymentGateway).toConstantValue(gateway);
  container.bind(httpTokens.jobs).toConstantValue(new PretendJobs());
  container
    .bind(httpTokens.recoverPayment)
    .toConstantValue(createRecoverPayment({ eventStore, handler, effects, gateway, clock: systemClock }));
  container.bind(httpTokens.testClock).toConstantValue(new PretendTestClock());
  container.bind(httpTokens.penalties).toConstantValue(limiting.penalties);
  container.bind(httpTokens.attempts).toConstantValue(createAttempts({ limits: limiting.limits, logger }));
  container.bind(httpTokens.breakers).toConstantValue({ status: () => [] });
  container.bind(httpTokens.paymentQueries).toConstantValue(new LogPaymentQueries(eventStore));
  container.bind(httpTokens.refundRule).toConstantValue(createRefundRule(parts.refundApproval));
  container.bind(httpTokens.disputeQueries).toConstantValue(new LogDisputeQueries(eventStore));
  container.bind(httpTokens.refundQueries).toConstantValue(readModels);
  container.bind(httpTokens.eventStore).toConstantValue(eventStore);
  container.bind(httpTokens.eventQueries).toConstantValue(readModels);
  container.bind(httpTokens.ledgerQueries).toConstantValue({
    trialBalance: async (position) => ({ position: position ?? 7n, asOf: at, rows: [] }),
    entries: async () => ({ rows: [], hasMore: false }),
  });
  container.bind(httpTokens.statementQueries).toConstantValue({
    statementOf: async () => ({ position: 7n, balances: [], lines: [], hasMore: false }),
  });
  container.bind(httpTokens.projections).toConstantValue(new PretendProjections());
  container.bind(httpTokens.exportSigner).toConstantValue(createExportSigner('ab'.repeat(32)));
  container.bind(httpTokens.integrityChecks).toConstantValue(new InMemoryIntegrityChecks());
  container.bind(httpTokens.apiKeys).toConstantValue(apiKeys);
  container.bind(httpTokens.inboundWebhooks).toConstantValue(inbox);
  container.bind(httpTokens.describeEvent).toConstantValue(createDescribeEvent(auditedCategories));
  container
    .bind(httpTokens.stateAt)
    .toConstantValue(createStateAt({ eventStore, categories: auditedCategories }));
  container
    .bind(httpTokens.checkConfig)
    .toConstantValue(async () => ({ mode: 'demo', status: 'ok', checks: [] }));
  container
    .bind(httpTokens.healthChecks)
    .toConstantValue({ ready: healthy, payments: healthy } satisfies HealthChecks);
  const mails = bindNotifications(container);
  bindCredits(container, eventStore);
  bindPlans(container, eventStore);
  const { renderings } = bindInvoices(container, eventStore, logger);
  bindCollections(container, eventStore);
  const measuring = bindAlerts(container, eventStore);
  const customers = bindCustomerParts(container, { eventStore, logger, inlineBudgetMs });
  container
    .bind(httpTokens.metricsPage)
    .toConstantValue(async () => ({ contentType: 'text/plain; version=0.0.4', text: 'up 1\n' }));
  for (const controller of controllers) container.bind<Controller>(controller).toSelf().inSingletonScope();
  container.bind(httpTokens.logger).toConstantValue(logger);
  bindPortal(container);
  for (const pages of customerPages) container.bind<PageController>(pages).toSelf().inSingletonScope();
  const users = bindUserParts(container, { eventStore, apiKeys });
  return { container, mails, renderings, users, customers, measuring };
}
