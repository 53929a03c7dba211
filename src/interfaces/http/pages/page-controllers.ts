import { AccountPages } from './admin/account-pages.js';
import { AlertPages } from './admin/alert-pages.js';
import { ApiKeyPages } from './admin/api-key-pages.js';
import { AuditPages } from './admin/audit-pages.js';
import { BrandingPages } from './admin/branding-pages.js';
import { CreditNotePages } from './admin/credit-note-pages.js';
import { CreditPages } from './admin/credit-pages.js';
import { CustomerAccountPages } from './admin/customer-account-pages.js';
import { CustomerPages } from './admin/customer-pages.js';
import { DisputePages } from './admin/dispute-pages.js';
import { ExportPages } from './admin/export-pages.js';
import { IntegrityPages } from './admin/integrity-pages.js';
import { InvoiceFormPages } from './admin/invoice-form-pages.js';
import { InvoicePages } from './admin/invoice-pages.js';
import { InvoiceTemplatePages } from './admin/invoice-template-pages.js';
import { LedgerPages } from './admin/ledger-pages.js';
import { LimitPages } from './admin/limit-pages.js';
import { ManualPaymentPages } from './admin/manual-payment-pages.js';
import { NotificationPages } from './admin/notification-pages.js';
import { NotificationTemplatePages } from './admin/notification-template-pages.js';
import { OperationPages } from './admin/operation-pages.js';
import { OrderPages } from './admin/order-pages.js';
import { OverviewPages } from './admin/overview-pages.js';
import { PaymentPages } from './admin/payment-pages.js';
import { PlanPages } from './admin/plan-pages.js';
import { PromisePages } from './admin/promise-pages.js';
import { ProviderSignInPages } from './admin/provider-sign-in-pages.js';
import { RecoveryPages } from './admin/recovery-pages.js';
import { RefundPages } from './admin/refund-pages.js';
import { SearchPages } from './admin/search-pages.js';
import { SignInPages } from './admin/sign-in-pages.js';
import { UserPages } from './admin/user-pages.js';

/** The pages of the operators' console, which is there only where it is switched on. */
export const consolePages = [
  OverviewPages,
  PromisePages,
  SearchPages,
  PaymentPages,
  RecoveryPages,
  RefundPages,
  DisputePages,
  ManualPaymentPages,
  InvoiceFormPages,
  InvoicePages,
  CreditNotePages,
  PlanPages,
  CreditPages,
  OrderPages,
  CustomerAccountPages,
  CustomerPages,
  BrandingPages,
  InvoiceTemplatePages,
  NotificationPages,
  NotificationTemplatePages,
  AlertPages,
  LedgerPages,
  LimitPages,
  OperationPages,
  AuditPages,
  IntegrityPages,
  ExportPages,
  SignInPages,
  ProviderSignInPages,
  AccountPages,
  UserPages,
  ApiKeyPages,
] as const;
