import { ContainerModule } from 'inversify';
import { collectionCodec } from '../application/collection/collection.codec.js';
import { createRunnerOver } from '../application/collection/collection-handlers.js';
import { createGiveUpCollection } from '../application/collection/give-up-collection.js';
import { createRefundCardPart } from '../application/collection/refund-card-part.js';
import { createRefundInvoice } from '../application/collection/refund-invoice.js';
import { createStartCollection } from '../application/collection/start-collection.js';
import { createMarkWhenCovered } from '../application/order/order-coverage.js';
import { createCollectionToPlan } from '../application/policies/collection-to-plan.policy.js';
import { createCreditNews } from '../application/policies/credit-news.policy.js';
import { createGiveBack } from '../application/policies/give-back.js';
import { createInvoiceRefunds } from '../application/policies/invoice-refunds.policy.js';
import { createInvoiceToOrder } from '../application/policies/invoice-to-order.policy.js';
import { createInvoiceToPlan } from '../application/policies/invoice-to-plan.policy.js';
import { createLowerInvoices } from '../application/policies/lower-invoices.js';
import { createManualPaymentNews } from '../application/policies/manual-payment-news.policy.js';
import { createOrderToInvoice } from '../application/policies/order-to-invoice.policy.js';
import { createPaymentNews } from '../application/policies/payment-news.policy.js';
import { createPlanOutcomes } from '../application/policies/plan-outcomes.policy.js';
import { createRefundNews } from '../application/policies/refund-news.policy.js';
import { createCommandHandler } from '../application/shared/command-handler.js';
import { collection } from '../domain/collection/collection.js';
import { money } from '../domain/shared/money.js';
import { PostgresCollectionQueries } from '../infrastructure/read-models/collections.js';
import { httpTokens } from '../interfaces/http/http-tokens.js';
import { tokens } from './tokens.js';

/** Collecting invoices by one or more tenders, and what follows from it elsewhere. */
export const collectionModule = new ContainerModule(({ bind }) => {
  bind(httpTokens.collectionHandler).toResolvedValue(
    (eventStore) =>
      createCommandHandler({
        ...{ eventStore, decider: collection, codec: collectionCodec, category: 'collection' },
      }),
    [httpTokens.eventStore],
  );
  bind(tokens.collectionHandlers).toResolvedValue(
    (handler, invoices, credits, manualPayments, customers, clock) => ({
      ...{ handler, invoices, credits, manualPayments, customers, clock },
    }),
    [
      httpTokens.collectionHandler,
      tokens.invoiceHandler,
      httpTokens.creditHandler,
      httpTokens.manualPaymentHandler,
      tokens.customerHandler,
      httpTokens.clock,
    ],
  );
  // A request asks the provider itself. What goes on by itself only records what to ask, and the effect worker asks.
  bind(tokens.collectionRunner).toResolvedValue(
    (payments, handlers) => createRunnerOver(payments, handlers),
    [httpTokens.paymentOperations, tokens.collectionHandlers],
  );
  bind(tokens.recordingRunner).toResolvedValue(
    ({ load, handle }, handlers) => createRunnerOver({ load, run: handle }, handlers),
    [tokens.paymentHandler, tokens.collectionHandlers],
  );
  bind(httpTokens.startCollection).toResolvedValue(
    (runner, gateway, handlers) => createStartCollection({ runner, gateway, ...handlers }),
    [tokens.collectionRunner, httpTokens.paymentGateway, tokens.collectionHandlers],
  );
  bind(httpTokens.refundInvoice).toResolvedValue(
    (invoices, plans, payments, gateway, refundRule, handlers) =>
      createRefundInvoice({
        ...{ invoices, plans, payments, gateway, refundRule },
        ...{ giveBack: createGiveBack(handlers), clock: handlers.clock },
      }),
    [
      httpTokens.invoiceOperations,
      httpTokens.planHandler,
      httpTokens.paymentOperations,
      httpTokens.paymentGateway,
      httpTokens.refundRule,
      tokens.collectionHandlers,
    ],
  );
  bind(httpTokens.advanceCollection).toResolvedValue(({ advance }) => advance, [tokens.collectionRunner]);
  bind(httpTokens.giveUpCollection).toResolvedValue(
    (runner, { handler, clock }) => createGiveUpCollection({ runner, handler, clock }),
    [tokens.collectionRunner, tokens.collectionHandlers],
  );
  bind(tokens.recordCollection).toResolvedValue(
    (runner, gateway, handlers) => createStartCollection({ runner, gateway, ...handlers }),
    [tokens.recordingRunner, httpTokens.paymentGateway, tokens.collectionHandlers],
  );
  bind(httpTokens.collectionQueries).toResolvedValue(
    (pool) => new PostgresCollectionQueries(pool),
    [tokens.pool],
  );
  bind(tokens.policies).toResolvedValue(
    (
      ...[handlers, runner, startCollection, orders, plans, invoices, payments, exposures, startPlan, ...rest]
    ) => {
      const [{ zone }, { config }, eventStore, profiles] = rest;
      const { handler: collections, manualPayments, customers, credits, clock } = handlers;
      const markWhenCovered = createMarkWhenCovered({ orders, invoices: handlers.invoices, clock });
      return [
        createOrderToInvoice({
          ...{ orders, plans, invoices, payments, credits, manualPayments, exposures, clock },
        }),
        createInvoiceToPlan({ orders, plans, startPlan, invoices, collections, zone, clock }),
        createInvoiceToOrder({ invoices, markWhenCovered }),
        createPlanOutcomes({
          ...{ plans, orders, invoices, customers, profiles, payments, credits, manualPayments },
          ...{ startCollection, exposures, markWhenCovered, clock },
        }),
        createCollectionToPlan({ collections, plans, zone, clock }),
        createPaymentNews({
          ...{ eventStore, payments, collections, runner, clock, graceMs: config.inlineBudgetMs },
        }),
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
          shortPaymentTolerance: (currency) => {
            const { of, others } = config.shortPaymentTolerance;
            return money(BigInt(of.get(currency) ?? others ?? 0), currency);
          },
        }),
        createCreditNews({ credits, invoices, clock }),
      ];
    },
    [
      tokens.collectionHandlers,
      tokens.recordingRunner,
      tokens.recordCollection,
      httpTokens.orderHandler,
      httpTokens.planHandler,
      httpTokens.invoiceOperations,
      tokens.paymentHandler,
      tokens.exposures,
      httpTokens.startPlan,
      httpTokens.invoicing,
      tokens.surroundings,
      httpTokens.eventStore,
      httpTokens.keepProfiles,
    ],
  );
});
