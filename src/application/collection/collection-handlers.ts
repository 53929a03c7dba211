import type { CreditHandler } from '../credit/credit-agenda.js';
import type { CustomerHandler } from '../customer/customer-effects.js';
import type { InvoiceHandler } from '../invoice/invoice-operations.js';
import type { ManualPaymentHandler } from '../manual-payment/record-manual-payment.js';
import type { Clock } from '../ports/clock.js';
import type { RunPayment } from './card-driver.js';
import { createCardDriver } from './card-driver.js';
import { createCollectedInvoices } from './collected-invoices.js';
import type { CollectionHandler, CollectionRunner } from './collection-runner.js';
import { createCollectionRunner } from './collection-runner.js';
import { createCreditDriver } from './credit-driver.js';
import { createManualDriver } from './manual-driver.js';

/** The aggregates that a collection moves. */
export type CollectionHandlers = {
  readonly handler: CollectionHandler;
  readonly invoices: InvoiceHandler;
  readonly credits: CreditHandler;
  readonly manualPayments: ManualPaymentHandler;
  readonly customers: CustomerHandler;
  readonly clock: Clock;
};

/** The runner of collections over every kind of tender. */
export function createRunnerOver(payments: RunPayment, handlers: CollectionHandlers): CollectionRunner {
  const { handler, invoices, credits, manualPayments, customers, clock } = handlers;
  return createCollectionRunner({
    handler,
    invoices: createCollectedInvoices({ invoices, clock }),
    drivers: {
      card: createCardDriver({ payments, customers, clock }),
      credit: createCreditDriver({ credits, clock }),
      manual: createManualDriver({ manualPayments, clock }),
    },
    clock,
  });
}
