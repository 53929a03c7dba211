import 'reflect-metadata';
import { Readable } from 'node:stream';
import type { Request, Response } from 'express';
import { Container } from 'inversify';
import type {
  ManualPaymentHandler,
  RecordManualPayment,
} from '../../src/application/manual-payment/record-manual-payment.js';
import { createRecordManualPayment } from '../../src/application/manual-payment/record-manual-payment.js';
import { referenceClaimCodec } from '../../src/application/manual-payment/reference-claim.codec.js';
import { paymentCodec } from '../../src/application/payment/payment.codec.js';
import type { PaymentHandler } from '../../src/application/payment/payment-effects.js';
import { createPaymentEffects } from '../../src/application/payment/payment-effects.js';
import { scopes } from '../../src/application/ports/api-keys.js';
import type { EventStore, Position, RecordedEvent } from '../../src/application/ports/event-store.js';
import type { IdempotencyRecords } from '../../src/application/ports/idempotency-records.js';
import type { Leases } from '../../src/application/ports/lease.js';
import type { Logger } from '../../src/application/ports/logger.js';
import type { PaymentGateway } from '../../src/application/ports/payment-gateway.js';
import { createCommandHandler } from '../../src/application/shared/command-handler.js';
import { carryOut } from '../../src/application/shared/effects.js';
import { createOperations } from '../../src/application/shared/operations.js';
import type { Policy } from '../../src/application/shared/policy.js';
import { createWebhookHandler } from '../../src/application/webhook/handle-webhook.js';
import { createWebhookReceiver } from '../../src/application/webhook/receive-webhook.js';
import { referenceClaim } from '../../src/domain/manual-payment/reference-claim.js';
import { payment } from '../../src/domain/payment/payment.js';
import { stripeApiVersion } from '../../src/infrastructure/stripe/stripe-client.js';
import { readStripeNews } from '../../src/infrastructure/stripe/stripe-news.js';
import { StripePaymentGateway } from '../../src/infrastructure/stripe/stripe-payment-gateway.js';
import { verifyStripeWebhook } from '../../src/infrastructure/stripe/stripe-webhook-verifier.js';
import { systemClock } from '../../src/infrastructure/system-clock.js';
import { CollectionsController } from '../../src/interfaces/http/collection/collections.controller.js';
import { CreditsController } from '../../src/interfaces/http/credit/credits.controller.js';
import type { HttpSettings } from '../../src/interfaces/http/http-tokens.js';
import { httpTokens } from '../../src/interfaces/http/http-tokens.js';
import { InvoicesController } from '../../src/interfaces/http/invoice/invoices.controller.js';
import { ManualPaymentsController } from '../../src/interfaces/http/manual-payment/manual-payments.controller.js';
import { OrdersController } from '../../src/interfaces/http/order/orders.controller.js';
import { createAttempts } from '../../src/interfaces/http/payment/card-testing.js';
import { PaymentsController } from '../../src/interfaces/http/payment/payments.controller.js';
import { RefundsController } from '../../src/interfaces/http/payment/refunds.controller.js';
import { Admission } from '../../src/interfaces/http/shared/admission.js';
import { createDispatch } from '../../src/interfaces/http/shared/dispatch.js';
import { apiVersion } from '../../src/interfaces/http/shared/request-headers.js';
import type { Controller, Route } from '../../src/interfaces/http/shared/route.js';
import { createAgendaWorker } from '../../src/interfaces/worker/agenda-worker.js';
import { createEffectWorker } from '../../src/interfaces/worker/effect-worker.js';
import { createPolicyWorker } from '../../src/interfaces/worker/policy-worker.js';
import { createWebhookWorker } from '../../src/interfaces/worker/webhook-worker.js';
import { createMoneyModules, invoicing, zone } from '../support/money-modules.js';
import { noCustomers } from '../support/no-customers.js';
import { unlimited } from '../support/unlimited.js';
import { createIdleBell } from './idle-bell.js';
import type { Owner, Scheduler } from './scheduler.js';
import type { Stores } from './stores.js';
import { webhookSecret } from './stripe-world.js';

const apiKey = 'sk_test_simulation';
/** As in a deployment that sets nothing. */
const graceMs = 15_000;
const effectLeaseMs = 20_000;
const everybody = { underWayMax: Number.POSITIVE_INFINITY, waitingMax: 0, waitMs: 0 };
const inlineBudgetMs = 10_000;
const idempotencyLeaseMs = 30_000;
const projectionPollMs = 500;

export type HttpCall = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly idempotencyKey?: string;
  readonly body?: object;
};
export type HttpAnswer = { readonly status: number; readonly body: string };

/** A process of ours, from its start to its death. */
export type AppProcess = {
  readonly owner: Owner;
  serve(call: HttpCall): Promise<HttpAnswer>;
  receiveWebhook(body: Buffer, signature: string): Promise<number>;
};

/** Starts everything that a process is made of, from the code that ships. Call it as its owner. */
export function startProcess(parts: {
  readonly scheduler: Scheduler;
  readonly stores: Stores;
  readonly gateway: PaymentGateway;
  readonly logger: Logger;
  /** Puts something before the records of requests. */
  readonly idempotency?: (records: IdempotencyRecords, mint: () => string) => IdempotencyRecords;
  /** What policies there are, where it is not all of them. */
  readonly policies?: (policies: readonly Policy[]) => readonly Policy[];
}): AppProcess {
  const { scheduler, stores, gateway, logger, idempotency = (records) => records } = parts;
  const { policies: plantedPolicies = (policies) => policies } = parts;
  const clock = systemClock;
  const eventStore = stores.eventStore();
  const handler: PaymentHandler = createCommandHandler({
    eventStore,
    decider: payment,
    codec: paymentCodec,
    category: 'payment',
  });
  const effects = createPaymentEffects({ handler, gateway, clock });
  const operations = createOperations({ handler, effects, logger, inlineBudgetMs, idName: 'paymentId' });
  const paymentOf = (id: string, table: string, column: string, payment: string) =>
    stores.call(`find the payment of ${id}`, () => {
      const rows = [...stores.table(table).rows(table)];
      return rows.find((row) => row[column] === id)?.[payment] as string | undefined;
    });
  const payments = {
    findByIntent: (intentId: string) => paymentOf(intentId, 'payments', 'payment_intent', 'id'),
    list: notSimulated,
  };
  const refunds = {
    findPayment: (refundId: string) => paymentOf(refundId, 'refunds', 'id', 'payment'),
    list: notSimulated,
  };
  // Who does not find a refund waits for the read models; here they are not waited for, and the client asks again.
  const projections = { lagMs: () => 0, reached: async () => false } as never;
  const settings: HttpSettings = {
    ...{ livemode: false, businessName: 'Acme', publicUrl: 'http://pay' },
    cardEntry: { kind: 'none' },
  };
  const container = new Container();
  container.bind(httpTokens.settings).toConstantValue(settings);
  container.bind(httpTokens.clock).toConstantValue(clock);
  container.bind(httpTokens.paymentOperations).toConstantValue(operations);
  container.bind(httpTokens.paymentGateway).toConstantValue(gateway);
  container.bind(httpTokens.paymentQueries).toConstantValue(payments);
  container.bind(httpTokens.refundRule).toConstantValue(() => null);
  container.bind(httpTokens.refundQueries).toConstantValue(refunds);
  container.bind(httpTokens.projections).toConstantValue(projections);
  container.bind(httpTokens.eventStore).toConstantValue(eventStore);
  container.bind(httpTokens.attempts).toConstantValue(createAttempts({ limits: unlimited, logger }));
  const money = createMoneyModules({
    ...{ eventStore, clock, logger, payments: handler, gateway, askNow: operations, graceMs: inlineBudgetMs },
  });
  container.bind(httpTokens.invoicing).toConstantValue(invoicing);
  container.bind(httpTokens.invoiceOperations).toConstantValue(money.invoices);
  container.bind(httpTokens.creditHandler).toConstantValue(money.credits);
  container.bind(httpTokens.collectionHandler).toConstantValue(money.collections);
  container.bind(httpTokens.startCollection).toConstantValue(money.payNow);
  container.bind(httpTokens.orderHandler).toConstantValue(money.orders);
  container.bind(httpTokens.orderOperations).toConstantValue(money.orderOperations);
  container.bind(httpTokens.manualPaymentHandler).toConstantValue(money.manualPayments);
  container
    .bind(httpTokens.recordManualPayment)
    .toConstantValue(recorderOf(eventStore, money.manualPayments));
  container.bind(httpTokens.customerZones).toConstantValue({ zoneOf: async () => zone });
  container.bind(httpTokens.invoiceQueries).toConstantValue({
    list: () =>
      stores.call('list invoices', () => {
        const rows = [...stores.table('invoices').rows('invoices')];
        return { rows: rows as never, hasMore: false };
      }),
    owedBy: notSimulated,
    dueAt: notSimulated,
  });
  for (const token of Object.values(httpTokens)) {
    if (!container.isBound(token)) container.bind<unknown>(token).toConstantValue(notSimulated);
  }
  const routes: readonly Route[] = [
    ...[PaymentsController, RefundsController, CollectionsController, CreditsController],
    ...[InvoicesController, ManualPaymentsController, OrdersController],
  ].flatMap((controller) => [...container.get<Controller>(controller, { autobind: true }).routes]);
  const { dispatch } = createDispatch({
    routes,
    apiKeys: {
      authenticate: async () => ({
        id: 'key_simulation',
        name: 's',
        scopes,
        holder: null,
        livemode: false,
        apiVersion,
        revokedAt: null,
      }),
      bootstrap: notSimulated,
      create: notSimulated,
      find: notSimulated,
      list: notSimulated,
      rotate: notSimulated,
      revokeBeyond: notSimulated,
      revoke: notSimulated,
    },
    limits: unlimited,
    accessLog: { note: () => undefined },
    trustedProxies: 0,
    idempotency: idempotency(stores.idempotency(), scheduler.random.uuid),
    logger,
    // Nobody waits for a place here: turns of real time have no part in virtual time.
    admission: new Admission({
      reads: everybody,
      writes: everybody,
      webhooks: everybody,
      loopDelayMs: () => 0,
    }),
    livemode: false,
    leaseMs: idempotencyLeaseMs,
    bodyBytesMax: 65_536,
  });
  const webhookBell = createIdleBell(scheduler, stores, () => stores.inbox.nextDueMs());
  const inbox = {
    receive: (...given: Parameters<Stores['inbox']['receive']>) =>
      stores.call(`store webhook ${given[0].id}`, () => stores.inbox.receive(...given)),
    claimDue: (...given: Parameters<Stores['inbox']['claimDue']>) =>
      stores.call('claim webhooks', () => stores.inbox.claimDue(...given)),
    settle: (...given: Parameters<Stores['inbox']['settle']>) =>
      stores.call(`settle webhook ${given[0].id}: ${JSON.stringify(given[1])}`, () =>
        stores.inbox.settle(...given),
      ),
  };
  const receive = createWebhookReceiver({
    inbox,
    logger,
    livemode: false,
    apiVersion: stripeApiVersion,
    onStored: webhookBell.wake,
  });
  const verify = verifyStripeWebhook({ secrets: [webhookSecret], toleranceSeconds: 300 });
  const never = new AbortController().signal;
  void createWebhookWorker({
    inbox,
    handle: createWebhookHandler({
      customers: noCustomers,
      ...{ readNews: readStripeNews, handler, gateway, payments, clock },
      machineClock: clock,
    }),
    clock,
    logger,
    wakeUp: webhookBell,
  }).run(never);
  void createEffectWorker({
    pending: stores.pendingEffects(),
    eventStore,
    leases: stores.leases(),
    effects: { payment: carryOut(paymentCodec, effects) },
    clock,
    logger,
    wakeUp: createIdleBell(scheduler, stores, () => nextEffectMs(stores)),
    graceMs,
    leaseMs: effectLeaseMs,
  }).run(never);
  void createAgendaWorker({
    ...{ agenda: stores.followUp.agenda(), tasks: money.tasks, clock, logger },
    wakeUp: createIdleBell(scheduler, stores, () => stores.followUp.nextAgendaMs()),
  }).run(never);
  void createPolicyWorker({
    ...{
      policies: plantedPolicies(money.policies),
      eventStore,
      progress: stores.followUp.policyProgress(),
      logger,
    },
    log: { next: (after) => nextEvents(scheduler, stores, after) },
    leases: leasesOnDemand(scheduler, stores),
  }).run(never);
  void keepProjecting(scheduler, stores);

  return {
    owner: scheduler.running,
    serve: (call) =>
      new Promise((resolve) => {
        const { route, params } = routeOf(routes, call);
        let status = 0;
        const response = {
          writeHead: (given: number) => {
            status = given;
          },
          end: (body = '') => resolve({ status, body }),
        };
        void dispatch(route, requestOf(call, params), response as unknown as Response);
      }),
    async receiveWebhook(body, signature) {
      const verification = verify(body, signature);
      if (verification.outcome === 'refused') return 400;
      try {
        await receive(verification.webhook);
        return 200;
      } catch {
        return 500;
      }
    },
  };
}

/** The gateway that ships, over the official SDK. */
export function createGateway(
  httpClient: NonNullable<ConstructorParameters<typeof StripePaymentGateway>[0]['httpClient']>,
  logger: Logger,
): PaymentGateway {
  return new StripePaymentGateway({ secretKey: 'sk_test_simulation', apiBase: null, httpClient, logger });
}

/** Looks once more a little later where nothing is new: the worker has its turn, and then lets another one have it. */
async function nextEvents(
  scheduler: Scheduler,
  stores: Stores,
  after: Position,
): Promise<readonly RecordedEvent[] | undefined> {
  const read = (): readonly RecordedEvent[] => stores.log.slice(Number(after), Number(after) + 20);
  if (read().length === 0) await scheduler.sleep(1_000, 'the policies look for news');
  const news = await stores.call('read the log for policies', read);
  return news.length === 0 ? undefined : news;
}

/** Nobody asks for the policies' lease while there is nothing for them to do: turns without work have no effect. */
function leasesOnDemand(scheduler: Scheduler, stores: Stores): Leases {
  const leases = stores.leases();
  const bell = createIdleBell(scheduler, stores, () => stores.followUp.nextPolicyMs());
  const never = new AbortController().signal;
  return {
    async acquire(name, ttlMs) {
      await bell.wait(100, never);
      return leases.acquire(name, ttlMs);
    },
  };
}

function recorderOf(eventStore: EventStore, payments: ManualPaymentHandler): RecordManualPayment {
  const claims = createCommandHandler({
    ...{
      eventStore,
      decider: referenceClaim,
      codec: referenceClaimCodec,
      category: 'manualPaymentReference',
    },
  });
  return createRecordManualPayment({
    payments,
    claims,
    clock: systemClock,
    secondPersonFromUnits: 1_000_000,
  });
}

/** One runner per process; the checkpoint moves with the rows, so that two do no harm. */
async function keepProjecting(scheduler: Scheduler, stores: Stores): Promise<never> {
  const bell = createIdleBell(scheduler, stores, () => (stores.behind ? scheduler.nowMs : undefined));
  const never = new AbortController().signal;
  for (;;) {
    if (scheduler.random.chance(0.1))
      await scheduler.sleep(scheduler.random.spread(10, 20_000), 'lags behind');
    if (!(await stores.project())) await bell.wait(projectionPollMs, never);
  }
}

function nextEffectMs(stores: Stores): number | undefined {
  const times = stores
    .openRequests()
    .map(({ requested_at: at, next_attempt_at: next }) =>
      Math.max(Date.parse(at) + graceMs + 1, next === null ? 0 : Date.parse(next)),
    );
  return times.length === 0 ? undefined : Math.min(...times);
}

function routeOf(routes: readonly Route[], { method, path }: HttpCall) {
  for (const route of routes) {
    if (route.method !== method.toLowerCase()) continue;
    const names: string[] = [];
    const pattern = route.path.replace(/:(\w+)/g, (_whole, name: string) => {
      names.push(name);
      return '([^/]+)';
    });
    const match = new RegExp(`^${pattern}$`).exec(path);
    if (match === null) continue;
    return { route, params: Object.fromEntries(names.map((name, at) => [name, match[at + 1]])) };
  }
  throw new TypeError(`no route takes ${method} ${path}`);
}

function requestOf({ method, path, idempotencyKey, body }: HttpCall, params: object): Request {
  const headers = {
    authorization: `Bearer ${apiKey}`,
    'content-type': 'application/json',
    'x-request-id': `req_${idempotencyKey ?? 'read'}`,
    ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
  };
  const stream = Readable.from(body === undefined ? [] : [Buffer.from(JSON.stringify(body))]);
  return Object.assign(stream, {
    method,
    path,
    url: path,
    params,
    query: {},
    headers,
    socket: { remoteAddress: '127.0.0.1' },
    complete: true,
  }) as never;
}

function notSimulated(): never {
  throw new TypeError('the simulation does not use this');
}
