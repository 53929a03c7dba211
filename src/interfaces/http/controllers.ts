import { AlertsController } from './alert/alerts.controller.js';
import { AccessLogController } from './audit/access-log.controller.js';
import { AuditController } from './audit/audit.controller.js';
import { ExportController } from './audit/export.controller.js';
import { IntegrityChecksController } from './audit/integrity-checks.controller.js';
import { BrandingController } from './branding/branding.controller.js';
import { CollectionsController } from './collection/collections.controller.js';
import { InvoiceRefundsController } from './collection/invoice-refunds.controller.js';
import { CreditsController } from './credit/credits.controller.js';
import { CustomersController } from './customer/customers.controller.js';
import { PaymentMethodsController } from './customer/payment-methods.controller.js';
import { PortalSessionsController } from './customer/portal-sessions.controller.js';
import { AgingController } from './invoice/aging.controller.js';
import { CreditNotesController } from './invoice/credit-notes.controller.js';
import { InvoicesController } from './invoice/invoices.controller.js';
import { PayLinksController } from './invoice/pay-links.controller.js';
import { InvoiceTemplatesController } from './invoice-template/invoice-templates.controller.js';
import { LedgerController } from './ledger/ledger.controller.js';
import { StatementsController } from './ledger/statements.controller.js';
import { LimitsController } from './limit/limits.controller.js';
import { ManualPaymentsController } from './manual-payment/manual-payments.controller.js';
import { NotificationTemplatesController } from './notification/notification-templates.controller.js';
import { NotificationsController } from './notification/notifications.controller.js';
import { ApiKeysController } from './operations/api-keys.controller.js';
import { BreakersController } from './operations/breakers.controller.js';
import { HealthController } from './operations/health.controller.js';
import { JobsController } from './operations/jobs.controller.js';
import { MetricsController } from './operations/metrics.controller.js';
import { ProjectionsController } from './operations/projections.controller.js';
import { TestClockController } from './operations/test-clock.controller.js';
import { OrdersController } from './order/orders.controller.js';
import { DisputesController } from './payment/disputes.controller.js';
import { PaymentsController } from './payment/payments.controller.js';
import { ReceiptsController } from './payment/receipts.controller.js';
import { RefundsController } from './payment/refunds.controller.js';
import { PlansController } from './plan/plans.controller.js';
import { UsersController } from './user/users.controller.js';
import { InboundWebhooksController } from './webhook/inbound-webhooks.controller.js';

/** Every controller there is, for the container to make; their order is that in which Express looks. */
export const controllers = [
  PaymentsController,
  ReceiptsController,
  RefundsController,
  DisputesController,
  CreditsController,
  InvoicesController,
  PayLinksController,
  CollectionsController,
  InvoiceRefundsController,
  CreditNotesController,
  BrandingController,
  InvoiceTemplatesController,
  AgingController,
  CustomersController,
  PaymentMethodsController,
  PortalSessionsController,
  HealthController,
  MetricsController,
  InboundWebhooksController,
  AuditController,
  IntegrityChecksController,
  ExportController,
  AccessLogController,
  LedgerController,
  StatementsController,
  ProjectionsController,
  BreakersController,
  OrdersController,
  PlansController,
  ManualPaymentsController,
  NotificationsController,
  NotificationTemplatesController,
  JobsController,
  ApiKeysController,
  TestClockController,
  LimitsController,
  UsersController,
  AlertsController,
] as const;
