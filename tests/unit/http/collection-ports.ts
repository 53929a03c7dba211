import type { Container } from 'inversify';
import { collectionCodec } from '../../../src/application/collection/collection.codec.js';
import { createRunnerOver } from '../../../src/application/collection/collection-handlers.js';
import type { CollectionHandler } from '../../../src/application/collection/collection-runner.js';
import { createGiveUpCollection } from '../../../src/application/collection/give-up-collection.js';
import { createRefundInvoice } from '../../../src/application/collection/refund-invoice.js';
import { createStartCollection } from '../../../src/application/collection/start-collection.js';
import { customerCodec } from '../../../src/application/customer/customer.codec.js';
import { invoiceCodec } from '../../../src/application/invoice/invoice.codec.js';
import { createGiveBack } from '../../../src/application/policies/give-back.js';
import type { CollectionQueries, CollectionRow } from '../../../src/application/ports/collection-queries.js';
import type { EventStore } from '../../../src/application/ports/event-store.js';
import { createCommandHandler } from '../../../src/application/shared/command-handler.js';
import { collection } from '../../../src/domain/collection/collection.js';
import { customer } from '../../../src/domain/customer/customer.js';
import { invoice } from '../../../src/domain/invoice/invoice.js';
import { systemClock } from '../../../src/infrastructure/system-clock.js';
import { collectionOfState } from '../../../src/interfaces/http/collection/collection-object.js';
import { httpTokens } from '../../../src/interfaces/http/http-tokens.js';

/** Lists those of an invoice from the log, newest first. */
function queriesOver(eventStore: EventStore, handler: CollectionHandler): CollectionQueries {
  return {
    async list({ invoice: wanted }) {
      const events = await eventStore.readAll(0n, 10_000);
      const started = events.filter(
        ({ type, data }) => type === 'CollectionStarted' && data['invoiceId'] === wanted,
      );
      const rows: CollectionRow[] = [];
      for (const { stream } of started.reverse()) {
        const { state, revision } = await handler.load(stream.slice('collection-'.length));
        if (state.status === 'absent' || revision === null) continue;
        const { last_error: error, ...row } = collectionOfState(state, revision, false);
        rows.push({ ...row, failure_code: error?.code ?? null });
      }
      return { rows, hasMore: false };
    },
  };
}

/** Collections over the other modules as they are bound already. */
export function bindCollections(container: Container, eventStore: EventStore): void {
  const handler = createCommandHandler({
    ...{ eventStore, decider: collection, codec: collectionCodec, category: 'collection' },
  });
  const handlers = {
    handler,
    invoices: createCommandHandler({
      ...{ eventStore, decider: invoice, codec: invoiceCodec, category: 'invoice' },
    }),
    customers: createCommandHandler({
      ...{ eventStore, decider: customer, codec: customerCodec, category: 'customer' },
    }),
    credits: container.get(httpTokens.creditHandler),
    manualPayments: container.get(httpTokens.manualPaymentHandler),
    clock: systemClock,
  };
  const runner = createRunnerOver(container.get(httpTokens.paymentOperations), handlers);
  container.bind(httpTokens.collectionHandler).toConstantValue(handler);
  container
    .bind(httpTokens.startCollection)
    .toConstantValue(
      createStartCollection({ runner, gateway: container.get(httpTokens.paymentGateway), ...handlers }),
    );
  container.bind(httpTokens.refundInvoice).toConstantValue(
    createRefundInvoice({
      invoices: container.get(httpTokens.invoiceOperations),
      plans: container.get(httpTokens.planHandler),
      payments: container.get(httpTokens.paymentOperations),
      gateway: container.get(httpTokens.paymentGateway),
      giveBack: createGiveBack(handlers),
      refundRule: container.get(httpTokens.refundRule),
      clock: systemClock,
    }),
  );
  container.bind(httpTokens.advanceCollection).toConstantValue(runner.advance);
  container
    .bind(httpTokens.giveUpCollection)
    .toConstantValue(createGiveUpCollection({ handler, runner, clock: systemClock }));
  container.bind(httpTokens.collectionQueries).toConstantValue(queriesOver(eventStore, handler));
}
