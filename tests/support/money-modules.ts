import type { RunPayment } from '../../src/application/collection/card-driver.js';
import { collectionCodec } from '../../src/application/collection/collection.codec.js';
import { collectionTasks } from '../../src/application/collection/collection-agenda.js';
import { createRunnerOver } from '../../src/application/collection/collection-handlers.js';
import { createRefundCardPart } from '../../src/application/collection/refund-card-part.js';
import { createStartCollection } from '../../src/application/collection/start-collection.js';
import { creditCodec } from '../../src/application/credit/credit.codec.js';
import { createExpiryTask, expiryKind } from '../../src/application/credit/credit-agenda.js';
import { customerCodec } from '../../src/application/customer/customer.codec.js';
import { exposureCodec } from '../../src/application/exposure/exposure.codec.js';
import { createExposures } from '../../src/application/exposure/exposures.js';
import { createDocumentNumbers } from '../../src/application/invoice/document-numbers.js';
import { invoiceCodec } from '../../src/application/invoice/invoice.codec.js';
import type { Invoicing } from '../../src/application/invoice/invoice-operations.js';
import { createInvoiceOperations } from '../../src/application/invoice/invoice-operations.js';
import { createInvoiceTasks } from '../../src/application/invoice/invoice-tasks.js';
import { manualPaymentCodec } from '../../src/application/manual-payment/manual-payment.codec.js';
import { orderCodec } from '../../src/application/order/order.codec.js';
import { createMarkWhenCovered } from '../../src/application/order/order-coverage.js';
import { createOrderOperations } from '../../src/application/order/order-operations.js';
import type { PaymentHandler } from '../../src/application/payment/payment-effects.js';
import { planCodec } from '../../src/application/plan/plan.codec.js';
import { createPlanTasks } from '../../src/application/plan/plan-tasks.js';
import { createStartPlan } from '../../src/application/plan/start-plan.js';
import { createCollectionToPlan } from '../../src/application/policies/collection-to-plan.policy.js';
import { createCreditNews } from '../../src/application/policies/credit-news.policy.js';
import { createGiveBack } from '../../src/application/policies/give-back.js';
import { createInvoiceRefunds } from '../../src/application/policies/invoice-refunds.policy.js';
import { createInvoiceToOrder } from '../../src/application/policies/invoice-to-order.policy.js';
import { createInvoiceToPlan } from '../../src/application/policies/invoice-to-plan.policy.js';
import { createLowerInvoices } from '../../src/application/policies/lower-invoices.js';
import { createManualPaymentNews } from '../../src/application/policies/manual-payment-news.policy.js';
import { createOrderToInvoice } from '../../src/application/policies/order-to-invoice.policy.js';
import { createPaymentNews } from '../../src/application/policies/payment-news.policy.js';
import { createPlanOutcomes } from '../../src/application/policies/plan-outcomes.policy.js';
import { createRefundNews } from '../../src/application/policies/refund-news.policy.js';
import type { Clock } from '../../src/application/ports/clock.js';
import type { EventStore } from '../../src/application/ports/event-store.js';
import type { Logger } from '../../src/application/ports/logger.js';
import type { PaymentGateway } from '../../src/application/ports/payment-gateway.js';
import type { AgendaTasks } from '../../src/application/shared/agenda.js';
import { createCommandHandler } from '../../src/application/shared/command-handler.js';
import type { Policy } from '../../src/application/shared/policy.js';
import { parseZone } from '../../src/application/shared/zones.js';
import { collection } from '../../src/domain/collection/collection.js';
import { creditAccount } from '../../src/domain/credit/credit.js';
import { customer } from '../../src/domain/customer/customer.js';
import type { CustomerProfile } from '../../src/domain/customer/profile.js';
import { blankProfile } from '../../src/domain/customer/profile.js';
import { exposure } from '../../src/domain/exposure/exposure.js';
import { invoice } from '../../src/domain/invoice/invoice.js';
import { manualPayment } from '../../src/domain/manual-payment/manual-payment.js';
import { order } from '../../src/domain/order/order.js';
import { plan } from '../../src/domain/plan/plan.js';
import { money } from '../../src/domain/shared/money.js';
import { required } from './payment-examples.js';

export const zone = required(parseZone('UTC'));
export const invoicing: Invoicing = {
  zone,
  invoices: { prefix: 'INV', withYear: true, width: 6 },
  creditNotes: { prefix: 'CN', withYear: true, width: 6 },
};

/** The modules of money with their policies and timers, wired as the program wires them, over any event store. */
export function createMoneyModules(parts: {
  readonly eventStore: EventStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly payments: PaymentHandler;
  readonly gateway: Pick<PaymentGateway, 'refuseAmount' | 'stepOf'>;
  /** For those who wait for an answer: the provider is asked at once. */
  readonly askNow: RunPayment;
  /** How long a request that collects has its collection to itself. */
  readonly graceMs: number;
  /** What a manual payment may be short by; nothing when absent. */
  readonly shortBy?: bigint;
  /** What customers would rather pay by; no such wish when absent. */
  readonly methodOrder?: CustomerProfile['methodOrder'];
}) {
  const { eventStore, clock, logger, payments, gateway, askNow } = parts;
  const { graceMs, shortBy = 0n, methodOrder = [] } = parts;
  const orders = createCommandHandler({ eventStore, decider: order, codec: orderCodec, category: 'order' });
  const plans = createCommandHandler({
    ...{ eventStore, decider: plan, codec: planCodec, category: 'paymentPlan' },
  });
  const invoiceHandler = createCommandHandler({
    ...{ eventStore, decider: invoice, codec: invoiceCodec, category: 'invoice' },
  });
  const credits = createCommandHandler({
    ...{ eventStore, decider: creditAccount, codec: creditCodec, category: 'creditAccount' },
  });
  const customers = createCommandHandler({
    ...{ eventStore, decider: customer, codec: customerCodec, category: 'customer' },
  });
  const manualPayments = createCommandHandler({
    ...{ eventStore, decider: manualPayment, codec: manualPaymentCodec, category: 'manualPayment' },
  });
  const collections = createCommandHandler({
    ...{ eventStore, decider: collection, codec: collectionCodec, category: 'collection' },
  });
  const invoices = createInvoiceOperations({
    handler: invoiceHandler,
    numbers: createDocumentNumbers({ eventStore, clock }),
    keepIdentity: async () => null,
    currentLook: async () => null,
    invoicing,
    clock,
    logger,
    inlineBudgetMs: 60_000,
  });
  const handlers = {
    ...{ handler: collections, invoices: invoiceHandler, credits, manualPayments, customers, clock },
  };
  // As what goes on by itself does it: requests are recorded, and carried out afterwards.
  const runner = createRunnerOver({ load: payments.load, run: payments.handle }, handlers);
  const startCollection = createStartCollection({ runner, gateway, ...handlers });
  const payNow = createStartCollection({ runner: createRunnerOver(askNow, handlers), gateway, ...handlers });
  const exposures = createExposures({
    handler: createCommandHandler({
      ...{ eventStore, decider: exposure, codec: exposureCodec, category: 'exposure' },
    }),
    plans,
    clock,
  });
  const startPlan = createStartPlan({ plans, exposures });
  const orderOperations = createOrderOperations({ orders, exposures });
  const markWhenCovered = createMarkWhenCovered({ orders, invoices: invoiceHandler, clock });
  const policies: readonly Policy[] = [
    createOrderToInvoice({
      ...{ orders, plans, invoices, payments, credits, manualPayments, exposures, clock },
    }),
    createInvoiceToPlan({ orders, plans, startPlan, invoices, collections, zone, clock }),
    createInvoiceToOrder({ invoices, markWhenCovered }),
    createPlanOutcomes({
      ...{ plans, orders, invoices, customers, payments, credits, manualPayments },
      profiles: { read: async () => ({ ...blankProfile, methodOrder }) },
      ...{ startCollection, exposures, markWhenCovered, clock },
    }),
    createCollectionToPlan({ collections, plans, zone, clock }),
    createPaymentNews({ eventStore, payments, collections, runner, clock, graceMs }),
    createRefundNews({ payments, collections, invoices, credits, manualPayments, clock }),
    createInvoiceRefunds({
      invoices,
      refundCardPart: createRefundCardPart({
        ...{ invoices, clock, payments: { load: payments.load, run: payments.handle } },
      }),
      giveBack: createGiveBack(handlers),
      lowerInvoices: createLowerInvoices({ invoices, payments, credits, manualPayments, clock }),
    }),
    createManualPaymentNews({
      ...{ manualPayments, invoices, credits, startCollection, clock },
      shortPaymentTolerance: (currency) => money(shortBy, currency),
    }),
    createCreditNews({ credits, invoices, clock }),
  ];
  const tasks: AgendaTasks = {
    ...createPlanTasks({ handler: plans, clock }),
    ...collectionTasks({ handler: collections, runner, clock }),
    ...createInvoiceTasks({ eventStore, invoices }),
    [expiryKind]: createExpiryTask({ handler: credits, clock }),
  };
  return {
    ...{
      orders,
      orderOperations,
      plans,
      startPlan,
      invoices,
      credits,
      customers,
      manualPayments,
      collections,
    },
    ...{ startCollection, payNow, policies, tasks },
  };
}
