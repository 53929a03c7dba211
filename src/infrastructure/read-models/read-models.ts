import type { Projection } from '../projections/projection.js';
import { agendaProjection } from './agenda.js';
import { alertsProjection } from './alerts.js';
import { attemptsProjection } from './attempts.js';
import { collectionsProjection } from './collections.js';
import { creditsProjection } from './credits.js';
import { customersProjection } from './customers.js';
import { disputesProjection } from './disputes.js';
import { invoiceTemplatesProjection } from './invoice-templates.js';
import { invoicesProjection } from './invoices.js';
import { ledgerProjection } from './ledger.js';
import { limitsProjection } from './limits.js';
import { manualPaymentsProjection } from './manual-payments.js';
import { ordersProjection } from './orders.js';
import { paymentsProjection } from './payments.js';
import { pendingEffectsProjection } from './pending-effects.js';
import { plansProjection } from './plans.js';
import { refundsProjection } from './refunds.js';

/** The read models that every process keeps. */
export const projections: readonly Projection[] = [
  paymentsProjection,
  attemptsProjection,
  refundsProjection,
  disputesProjection,
  creditsProjection,
  customersProjection,
  ledgerProjection,
  ordersProjection,
  plansProjection,
  manualPaymentsProjection,
  pendingEffectsProjection,
  agendaProjection,
  limitsProjection,
  invoicesProjection,
  collectionsProjection,
  invoiceTemplatesProjection,
  alertsProjection,
];
