import type { ServiceIdentifier } from 'inversify';
import type { Alerts } from '../../application/alert/alerts.js';
import type { DescribeEvent } from '../../application/audit/describe-event.js';
import type { StateAt } from '../../application/audit/state-at.js';
import type { BrandingHandler } from '../../application/branding/branding-handler.js';
import type { Looks } from '../../application/branding/looks.js';
import type { CollectionHandler, CollectionRunner } from '../../application/collection/collection-runner.js';
import type { GiveUpCollection } from '../../application/collection/give-up-collection.js';
import type { RefundInvoice } from '../../application/collection/refund-invoice.js';
import type { StartCollection } from '../../application/collection/start-collection.js';
import type { CreditHandler } from '../../application/credit/credit-agenda.js';
import type { CustomerOperations } from '../../application/customer/customer-effects.js';
import type { KeepProfiles } from '../../application/customer/keep-profiles.js';
import type { PreviewDocuments } from '../../application/document/preview-documents.js';
import type { PrintDocuments } from '../../application/document/print-documents.js';
import type { InvoiceOperations, Invoicing } from '../../application/invoice/invoice-operations.js';
import type { InvoiceTemplateHandler } from '../../application/invoice-template/template-handler.js';
import type { Penalties } from '../../application/limit/penalties.js';
import type {
  ManualPaymentHandler,
  RecordManualPayment,
} from '../../application/manual-payment/record-manual-payment.js';
import type { RenderMail } from '../../application/notification/compose-notice.js';
import type { OrderHandler } from '../../application/order/order-handler.js';
import type { OrderOperations } from '../../application/order/order-operations.js';
import type { PaymentOperations } from '../../application/payment/payment-operations.js';
import type { RecoverPayment } from '../../application/payment/recover-payment.js';
import type { RefundRule } from '../../application/payment/refund-rule.js';
import type { PlanHandler } from '../../application/plan/plan-tasks.js';
import type { StartPlan } from '../../application/plan/start-plan.js';
import type { AccessLog } from '../../application/ports/access-log.js';
import type { AlertQueries } from '../../application/ports/alerts.js';
import type { ApiKeys } from '../../application/ports/api-keys.js';
import type { Breakers } from '../../application/ports/breakers.js';
import type { Clock, TestClock } from '../../application/ports/clock.js';
import type { CollectionQueries } from '../../application/ports/collection-queries.js';
import type { ConfigReport } from '../../application/ports/config-check.js';
import type { CustomerProfiles } from '../../application/ports/customer-profiles.js';
import type { CustomerZones } from '../../application/ports/customer-zones.js';
import type { DigestQueries } from '../../application/ports/digest-queries.js';
import type { DisputeQueries } from '../../application/ports/dispute-queries.js';
import type { EventStore } from '../../application/ports/event-store.js';
import type { ExportSigner } from '../../application/ports/export-signer.js';
import type { HealthHistory } from '../../application/ports/health-history.js';
import type { InboundWebhooks } from '../../application/ports/inbound-webhooks.js';
import type { IntegrityChecks } from '../../application/ports/integrity-checks.js';
import type { CreditNoteQueries, InvoiceQueries } from '../../application/ports/invoice-queries.js';
import type { InvoiceTemplateQueries } from '../../application/ports/invoice-template-queries.js';
import type { Jobs } from '../../application/ports/jobs.js';
import type { Links } from '../../application/ports/links.js';
import type { Logger } from '../../application/ports/logger.js';
import type { Logos, ReadLogo } from '../../application/ports/logos.js';
import type { ManualPaymentQueries } from '../../application/ports/manual-payment-queries.js';
import type { NoticeTemplates } from '../../application/ports/notice-templates.js';
import type { MailInbox, Notifications } from '../../application/ports/notifications.js';
import type { OrderQueries } from '../../application/ports/order-queries.js';
import type { OverviewQueries } from '../../application/ports/overview-queries.js';
import type { PaymentGateway } from '../../application/ports/payment-gateway.js';
import type { PaymentMethodVault } from '../../application/ports/payment-method-vault.js';
import type { PlanQueries } from '../../application/ports/plan-queries.js';
import type { PolicyProgress } from '../../application/ports/policy-progress.js';
import type { PortalSessions } from '../../application/ports/portal-sessions.js';
import type {
  CreditQueries,
  CustomerQueries,
  EventQueries,
  LedgerQueries,
  PaymentQueries,
  Projections,
  RefundQueries,
} from '../../application/ports/read-models.js';
import type { StatementQueries } from '../../application/ports/statement-queries.js';
import type { Sessions } from '../../application/ports/user-accounts.js';
import type { ProviderSignIn } from '../../application/user/provider-sign-in.js';
import type { SignIn } from '../../application/user/sign-in.js';
import type { Users } from '../../application/user/users.js';
import type { ConsoleArea } from './pages/admin/console-area.js';
import type { CardEntry } from './pages/pay/card-entry.js';
import type { PortalArea } from './pages/portal/portal-area.js';
import type { AskApi } from './pages/shared/ask-api.js';
import type { Attempts } from './payment/card-testing.js';

/** What all controllers know of the deployment. */
export type HttpSettings = {
  /** Whether the provider moves real money; keys of the other mode are refused. */
  readonly livemode: boolean;
  /** What pages say of the deployment; `test` or `live` by default, after `livemode`. */
  readonly mode?: 'demo' | 'test' | 'live';
  /** How long an executing request keeps others with its Idempotency-Key waiting if its process dies; 30 s by default. */
  readonly idempotencyLeaseMs?: number;
  /** What mails and pages call the business. */
  readonly businessName: string;
  /** Where customers reach this program, without a slash at its end. */
  readonly publicUrl: string;
  readonly cardEntry: CardEntry;
  /** Whether /metrics needs no key; false by default. */
  readonly metricsArePublic?: boolean;
};

/** Plain data that may be shown to whoever runs this deployment: no secret in it. */
export type CheckConfig = () => Promise<ConfigReport>;

/** What a check found: whether all is well, why, and the figures that it is judged by, where there are several. */
export type CheckAnswer = {
  readonly healthy: boolean;
  readonly detail: string;
  /** Milliseconds behind, by read model. */
  readonly measured?: Readonly<Record<string, number>>;
};
export type HealthReport = {
  readonly healthy: boolean;
  readonly checks: Readonly<Record<string, CheckAnswer>>;
};
export type HealthChecks = {
  /** Can append, can read, and the projections' lag is within its limit. */
  ready(): Promise<HealthReport>;
  /** What concerns payments: the provider, open requests, webhooks. */
  payments(): Promise<HealthReport>;
};

/** Figures in Prometheus' text format; no id and no secret in them. */
export type MetricsPage = () => Promise<{ readonly contentType: string; readonly text: string }>;

/** Verifies a webhook of the provider and keeps it; `code` says why one was refused. Never throws for a bad webhook. */
export type ReceiveWebhook = (
  rawBody: Buffer,
  signatureHeader: string | undefined,
  ip: string,
) => Promise<{ readonly status: number; readonly code?: string }>;

function token<T>(name: string): ServiceIdentifier<T> {
  return Symbol.for(`counterfoil.http.${name}`);
}

/** What the controllers ask the container for. */
export const httpTokens = {
  settings: token<HttpSettings>('settings'),
  clock: token<Clock>('clock'),
  apiKeys: token<ApiKeys>('apiKeys'),
  /** The same clock where it can be put forward; null in live mode. */
  testClock: token<TestClock | null>('testClock'),
  paymentOperations: token<PaymentOperations>('paymentOperations'),
  recoverPayment: token<RecoverPayment>('recoverPayment'),
  customerOperations: token<CustomerOperations>('customerOperations'),
  keepProfiles: token<KeepProfiles>('keepProfiles'),
  customerProfiles: token<CustomerProfiles>('customerProfiles'),
  customerQueries: token<CustomerQueries>('customerQueries'),
  paymentMethodVault: token<PaymentMethodVault>('paymentMethodVault'),
  jobs: token<Jobs>('jobs'),
  paymentGateway: token<PaymentGateway>('paymentGateway'),
  breakers: token<Breakers>('breakers'),
  paymentQueries: token<PaymentQueries>('paymentQueries'),
  refundRule: token<RefundRule>('refundRule'),
  refundQueries: token<RefundQueries>('refundQueries'),
  disputeQueries: token<DisputeQueries>('disputeQueries'),
  creditHandler: token<CreditHandler>('creditHandler'),
  startCollection: token<StartCollection>('startCollection'),
  refundInvoice: token<RefundInvoice>('refundInvoice'),
  /** Takes a collection as far as it goes now; safe at any time. */
  advanceCollection: token<CollectionRunner['advance']>('advanceCollection'),
  giveUpCollection: token<GiveUpCollection>('giveUpCollection'),
  collectionHandler: token<CollectionHandler>('collectionHandler'),
  collectionQueries: token<CollectionQueries>('collectionQueries'),
  creditQueries: token<CreditQueries>('creditQueries'),
  customerZones: token<CustomerZones>('customerZones'),
  orderHandler: token<OrderHandler>('orderHandler'),
  orderOperations: token<OrderOperations>('orderOperations'),
  orderQueries: token<OrderQueries>('orderQueries'),
  planHandler: token<PlanHandler>('planHandler'),
  startPlan: token<StartPlan>('startPlan'),
  planQueries: token<PlanQueries>('planQueries'),
  manualPaymentHandler: token<ManualPaymentHandler>('manualPaymentHandler'),
  recordManualPayment: token<RecordManualPayment>('recordManualPayment'),
  manualPaymentQueries: token<ManualPaymentQueries>('manualPaymentQueries'),
  eventStore: token<EventStore>('eventStore'),
  eventQueries: token<EventQueries>('eventQueries'),
  ledgerQueries: token<LedgerQueries>('ledgerQueries'),
  statementQueries: token<StatementQueries>('statementQueries'),
  projections: token<Projections>('projections'),
  inboundWebhooks: token<InboundWebhooks>('inboundWebhooks'),
  exportSigner: token<ExportSigner>('exportSigner'),
  integrityChecks: token<IntegrityChecks>('integrityChecks'),
  describeEvent: token<DescribeEvent>('describeEvent'),
  stateAt: token<StateAt>('stateAt'),
  penalties: token<Penalties>('penalties'),
  alerts: token<Alerts>('alerts'),
  alertQueries: token<AlertQueries>('alertQueries'),
  healthHistory: token<HealthHistory>('healthHistory'),
  /** Attempts to collect, with an eye on card testing. */
  attempts: token<Attempts>('attempts'),
  invoicing: token<Invoicing>('invoicing'),
  invoiceOperations: token<InvoiceOperations>('invoiceOperations'),
  invoiceQueries: token<InvoiceQueries>('invoiceQueries'),
  creditNoteQueries: token<CreditNoteQueries>('creditNoteQueries'),
  notifications: token<Notifications>('notifications'),
  noticeTemplates: token<NoticeTemplates>('noticeTemplates'),
  renderMail: token<RenderMail>('renderMail'),
  links: token<Links>('links'),
  /** Null where mails are sent, or nobody is mailed. */
  mailInbox: token<MailInbox | null>('mailInbox'),
  logger: token<Logger>('logger'),
  portalSessions: token<PortalSessions>('portalSessions'),
  portalArea: token<PortalArea>('portalArea'),
  brandingHandler: token<BrandingHandler>('brandingHandler'),
  templateHandler: token<InvoiceTemplateHandler>('templateHandler'),
  templateQueries: token<InvoiceTemplateQueries>('templateQueries'),
  looks: token<Looks>('looks'),
  logos: token<Logos>('logos'),
  readLogo: token<ReadLogo>('readLogo'),
  printDocuments: token<PrintDocuments>('printDocuments'),
  previewDocuments: token<PreviewDocuments>('previewDocuments'),
  checkConfig: token<CheckConfig>('checkConfig'),
  healthChecks: token<HealthChecks>('healthChecks'),
  metricsPage: token<MetricsPage>('metricsPage'),
  policyProgress: token<PolicyProgress>('policyProgress'),
  overviewQueries: token<OverviewQueries>('overviewQueries'),
  digestQueries: token<Pick<DigestQueries, 'shares'>>('digestQueries'),
  users: token<Users>('users'),
  signIn: token<SignIn>('signIn'),
  /** Null where operators sign in by passwords only. */
  providerSignIn: token<ProviderSignIn | null>('providerSignIn'),
  sessions: token<Sessions>('sessions'),
  accessLog: token<AccessLog>('accessLog'),
  consoleArea: token<ConsoleArea>('consoleArea'),
  /** The API's own routes, for pages. */
  askApi: token<AskApi>('askApi'),
} as const;
