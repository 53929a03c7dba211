import type { ServiceIdentifier } from 'inversify';
import type pg from 'pg';
import type { AlertHandler } from '../application/alert/alerts.js';
import type { createPendingIntegrityChecks } from '../application/audit/pending-integrity-checks.js';
import type { CollectionHandlers } from '../application/collection/collection-handlers.js';
import type { CollectionRunner } from '../application/collection/collection-runner.js';
import type { StartCollection } from '../application/collection/start-collection.js';
import type { CustomerEffects, CustomerHandler } from '../application/customer/customer-effects.js';
import type { SnapshotMethod } from '../application/customer/method-snapshots.js';
import type { createPruneProfiles } from '../application/customer/prune-profiles.js';
import type { Exposures } from '../application/exposure/exposures.js';
import type { InvoiceHandler } from '../application/invoice/invoice-operations.js';
import type { ClientLimits } from '../application/limit/client-limits.js';
import type { ComposeNotice } from '../application/notification/compose-notice.js';
import type { createTellOfDates } from '../application/notification/tell-of-dates.js';
import type { createTellOfDigests } from '../application/notification/tell-of-digests.js';
import type { BackfillCustomers } from '../application/payment/backfill-payments.js';
import type { PaymentEffects, PaymentHandler } from '../application/payment/payment-effects.js';
import type { BillingIdentities } from '../application/ports/billing-identities.js';
import type { Clock } from '../application/ports/clock.js';
import type { Leases } from '../application/ports/lease.js';
import type { Leftovers } from '../application/ports/leftovers.js';
import type { Logger } from '../application/ports/logger.js';
import type { Mailer } from '../application/ports/mailer.js';
import type { PendingEffects } from '../application/ports/read-models.js';
import type { OneTimeCodes, Passwords, Sealing } from '../application/ports/secrets.js';
import type { UserAccounts } from '../application/ports/user-accounts.js';
import type { Policy } from '../application/shared/policy.js';
import type { UserHandler } from '../application/user/user-handler.js';
import type { HandleCustomerNews } from '../application/webhook/handle-customer-news.js';
import type { Config } from '../config.js';
import type { EventLoopDelay } from '../infrastructure/event-loop-delay.js';
import type { EventStoreDbEventStore } from '../infrastructure/event-store/eventstoredb-event-store.js';
import type { Counters } from '../infrastructure/metrics/counters.js';
import type { PdfkitDocumentPrinter } from '../infrastructure/pdf/pdfkit-document-printer.js';
import type { ThreadedDocumentPrinter } from '../infrastructure/pdf/threaded-document-printer.js';
import type { PostgresIdempotencyRecords } from '../infrastructure/postgres/idempotency-records.js';
import type { PostgresInboundWebhooks } from '../infrastructure/postgres/inbound-webhooks.js';
import type { PostgresMailInbox } from '../infrastructure/postgres/mail-inbox.js';
import type { PostgresNotifications } from '../infrastructure/postgres/notifications.js';
import type { PostgresTestClock } from '../infrastructure/postgres/test-clock.js';
import type { WriteConnection } from '../infrastructure/postgres/write-connection.js';
import type { PostgresProjections } from '../infrastructure/projections/postgres-projections.js';
import type { PostgresAgenda } from '../infrastructure/read-models/agenda.js';
import type { RedisConnection } from '../infrastructure/redis/redis-connection.js';
import type { withBreakers } from '../infrastructure/resilience/gateway-breakers.js';
import type { createStoreBreakers } from '../infrastructure/resilience/store-breakers.js';
import type { StripeClock } from '../infrastructure/stripe/stripe-clock.js';
import type { StripePaymentGateway } from '../infrastructure/stripe/stripe-payment-gateway.js';
import type { StripePaymentMethodVault } from '../infrastructure/stripe/stripe-payment-method-vault.js';
import type { HttpServer, HttpServerParts } from '../interfaces/http/http-server.js';
import type { ReceiveWebhook } from '../interfaces/http/http-tokens.js';
import type { PageController } from '../interfaces/http/pages/shared/page.js';
import type { Admission } from '../interfaces/http/shared/admission.js';
import type { WakeUp } from '../interfaces/worker/wake-up.js';
import type { Worker } from '../interfaces/worker/work-loop.js';

/** What is known before anything is wired: the configuration, with every gap of the demo filled in. */
export type Surroundings = {
  readonly config: Config;
  readonly logger: Logger;
  readonly databaseUrl: string;
  /** Null where the events are in Postgres: its client takes long to load, and most deployments do without it. */
  readonly EventStoreDb: typeof EventStoreDbEventStore | null;
  /** 32 bytes in hexadecimal, the same for all processes of the deployment. */
  readonly secretKey: string;
  readonly stripe: {
    readonly secretKey: string;
    readonly apiBase: string | null;
    readonly webhookSecrets: readonly string[];
    readonly simulated: boolean;
  };
  /** Where customers reach this program, without a slash at its end. */
  readonly publicUrl: string;
  /** Where operators reach the console, without a slash at its end. */
  readonly consoleUrl: string;
};

type ServerParts = Omit<HttpServerParts, 'controllers' | 'pageControllers' | 'receiveWebhook'>;

function token<T>(name: string): ServiceIdentifier<T> {
  return Symbol.for(`counterfoil.${name}`);
}

/** What is wired beyond `httpTokens`, which name what the controllers need. */
export const tokens = {
  surroundings: token<Surroundings>('surroundings'),
  logger: token<Logger>('logger'),
  storeBreakers: token<ReturnType<typeof createStoreBreakers>>('storeBreakers'),
  /** For queries and the operational tables; projections and the event store have connections of their own. */
  pool: token<pg.Pool>('pool'),
  /** For what every request meets first: who is asking, and whether it was asked before. */
  doorPool: token<pg.Pool>('doorPool'),
  /** For the claims of requests and, where events are in Postgres, for appends. */
  writes: token<WriteConnection>('writes'),
  projectionPool: token<pg.Pool>('projectionPool'),
  /** For the webhooks that come in. */
  receptionPool: token<pg.Pool>('receptionPool'),
  /** For the buckets of rate limits. */
  bucketPool: token<pg.Pool>('bucketPool'),
  postgresProjections: token<PostgresProjections>('postgresProjections'),
  /** Null without REDIS_URL. */
  redis: token<RedisConnection | null>('redis'),
  leases: token<Leases>('leases'),
  /** The machine's time, by which leases and retries wait, whatever the time is for payments. */
  machineClock: token<Clock>('machineClock'),
  /** By how many milliseconds the machine's time is ahead of that of others, by their names. */
  clockSkews: token<() => Promise<Readonly<Record<string, number>>>>('clockSkews'),
  stripeClock: token<StripeClock>('stripeClock'),
  /** Null in live mode, where nothing moves the time. */
  movableClock: token<PostgresTestClock | null>('movableClock'),
  idempotencyRecords: token<PostgresIdempotencyRecords>('idempotencyRecords'),
  inbox: token<PostgresInboundWebhooks>('inbox'),
  stripeGateway: token<StripePaymentGateway>('stripeGateway'),
  /** The gateway behind its circuit breakers. */
  guardedGateway: token<ReturnType<typeof withBreakers>>('guardedGateway'),
  stripeVault: token<StripePaymentMethodVault>('stripeVault'),
  customerHandler: token<CustomerHandler>('customerHandler'),
  customerEffects: token<CustomerEffects>('customerEffects'),
  snapshotMethod: token<SnapshotMethod>('snapshotMethod'),
  customerNews: token<HandleCustomerNews>('customerNews'),
  backfillCustomers: token<BackfillCustomers>('backfillCustomers'),
  leftovers: token<Leftovers>('leftovers'),
  pruneProfiles: token<ReturnType<typeof createPruneProfiles>>('pruneProfiles'),
  paymentHandler: token<PaymentHandler>('paymentHandler'),
  exposures: token<Exposures>('exposures'),
  paymentEffects: token<PaymentEffects>('paymentEffects'),
  invoiceHandler: token<InvoiceHandler>('invoiceHandler'),
  collectionHandlers: token<CollectionHandlers>('collectionHandlers'),
  /** Asks the provider itself, for whoever waits for the answer. */
  collectionRunner: token<CollectionRunner>('collectionRunner'),
  /** Records what to ask, and leaves the asking to the effect worker. */
  recordingRunner: token<CollectionRunner>('recordingRunner'),
  recordCollection: token<StartCollection>('recordCollection'),
  policies: token<readonly Policy[]>('policies'),
  documentPrinter: token<PdfkitDocumentPrinter | ThreadedDocumentPrinter>('documentPrinter'),
  billingIdentities: token<BillingIdentities>('billingIdentities'),
  pendingEffects: token<PendingEffects>('pendingEffects'),
  runIntegrityChecks: token<ReturnType<typeof createPendingIntegrityChecks>>('runIntegrityChecks'),
  jobRunner: token<Worker>('jobRunner'),
  agenda: token<PostgresAgenda>('agenda'),
  agendaWorker: token<Worker>('agendaWorker'),
  policyWorker: token<Worker>('policyWorker'),
  effectWorker: token<Worker>('effectWorker'),
  webhookWorker: token<Worker>('webhookWorker'),
  /** Rung when a webhook was stored in this process. */
  webhookBell: token<WakeUp>('webhookBell'),
  clientLimits: token<ClientLimits>('clientLimits'),
  notifications: token<PostgresNotifications>('notifications'),
  mailInbox: token<PostgresMailInbox>('mailInbox'),
  /** Null where nobody can be mailed. */
  mailer: token<Mailer | null>('mailer'),
  alertHandler: token<AlertHandler>('alertHandler'),
  /** Answers how many mails were sent. */
  tellOperators: token<() => Promise<number>>('tellOperators'),
  composeNotice: token<ComposeNotice>('composeNotice'),
  notificationWorker: token<Worker>('notificationWorker'),
  noticePolicies: token<readonly Policy[]>('noticePolicies'),
  tellOfDates: token<ReturnType<typeof createTellOfDates>>('tellOfDates'),
  tellOfDigests: token<ReturnType<typeof createTellOfDigests>>('tellOfDigests'),
  counters: token<Counters>('counters'),
  userHandler: token<UserHandler>('userHandler'),
  userAccounts: token<UserAccounts>('userAccounts'),
  passwords: token<Passwords>('passwords'),
  sealing: token<Sealing>('sealing'),
  oneTimeCodes: token<OneTimeCodes>('oneTimeCodes'),
  receiveWebhook: token<ReceiveWebhook>('receiveWebhook'),
  eventLoopDelay: token<EventLoopDelay>('eventLoopDelay'),
  admission: token<Admission>('admission'),
  customerPages: token<readonly PageController[]>('customerPages'),
  /** None where the console is off. */
  consolePages: token<readonly PageController[]>('consolePages'),
  /** What all servers of this process have in common. */
  serverParts: token<ServerParts>('serverParts'),
  httpServer: token<HttpServer>('httpServer'),
  /** Null where the console is off, or is served by `httpServer`. */
  consoleServer: token<HttpServer | null>('consoleServer'),
} as const;
