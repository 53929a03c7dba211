import type { Container } from 'inversify';
import { exposureCodec } from '../../../src/application/exposure/exposure.codec.js';
import { createExposures } from '../../../src/application/exposure/exposures.js';
import { manualPaymentCodec } from '../../../src/application/manual-payment/manual-payment.codec.js';
import { createRecordManualPayment } from '../../../src/application/manual-payment/record-manual-payment.js';
import { referenceClaimCodec } from '../../../src/application/manual-payment/reference-claim.codec.js';
import { orderCodec } from '../../../src/application/order/order.codec.js';
import { createOrderOperations } from '../../../src/application/order/order-operations.js';
import { planCodec } from '../../../src/application/plan/plan.codec.js';
import type { PlanHandler } from '../../../src/application/plan/plan-tasks.js';
import { createStartPlan } from '../../../src/application/plan/start-plan.js';
import type { EventStore } from '../../../src/application/ports/event-store.js';
import type { PlanQueries, PlanRow } from '../../../src/application/ports/plan-queries.js';
import { anyTime, firstPage } from '../../../src/application/ports/read-models.js';
import { createCommandHandler } from '../../../src/application/shared/command-handler.js';
import { exposure } from '../../../src/domain/exposure/exposure.js';
import { manualPayment } from '../../../src/domain/manual-payment/manual-payment.js';
import { referenceClaim } from '../../../src/domain/manual-payment/reference-claim.js';
import { order } from '../../../src/domain/order/order.js';
import { plan } from '../../../src/domain/plan/plan.js';
import { systemClock } from '../../../src/infrastructure/system-clock.js';
import { httpTokens } from '../../../src/interfaces/http/http-tokens.js';
import { planRowOf } from '../../../src/interfaces/http/plan/plan-object.js';
import { pageOfRows } from './page-of-rows.js';

/** Lists those of an invoice, or of a customer, from the log, with what is asked for; what is late and next is Postgres' business. */
function plansOver(eventStore: EventStore, plans: PlanHandler): PlanQueries {
  return {
    async list({ invoice, customer, startingAfter, limit }) {
      const events = await eventStore.readAll(0n, 10_000);
      const rows: PlanRow[] = [];
      for (const { type, data, stream } of events.slice().reverse()) {
        if (type !== 'PlanStarted') continue;
        if ((invoice ?? data['invoiceId']) !== data['invoiceId']) continue;
        if ((customer ?? data['customerId']) !== data['customerId']) continue;
        const { state, revision } = await plans.load(stream.slice('paymentPlan-'.length));
        if (state.status !== 'absent' && revision !== null) rows.push(planRowOf(state, revision));
      }
      return pageOfRows(rows, startingAfter, limit);
    },
    async ofCustomer(customer) {
      const filter = { ...firstPage(100), ...anyTime, status: null, order: null, invoice: null };
      const { rows } = await this.list({ ...filter, customer });
      const running = rows
        .filter(({ status }) => status === 'active' || status === 'defaulted')
        .map(({ invoice, currency, parts }) => {
          const asked = parts.filter(({ step }) => step !== 'scheduled');
          const due = asked.reduce((sum, part) => sum + part.amount - part.amount_settled, 0n);
          return { invoice, currency, due, late: 0n };
        });
      return { next: null, running };
    },
  };
}

/** Orders, plans and manual payments on the log alone: the lists of orders and manual payments are empty, and nobody owes anything elsewhere. */
export function bindPlans(container: Container, eventStore: EventStore): void {
  const empty = async () => ({ rows: [], hasMore: false });
  container
    .bind(httpTokens.orderHandler)
    .toConstantValue(
      createCommandHandler({ eventStore, decider: order, codec: orderCodec, category: 'order' }),
    );
  container
    .bind(httpTokens.planHandler)
    .toConstantValue(
      createCommandHandler({ eventStore, decider: plan, codec: planCodec, category: 'paymentPlan' }),
    );
  const orders = container.get(httpTokens.orderHandler);
  const plans = container.get(httpTokens.planHandler);
  const handler = createCommandHandler({
    ...{ eventStore, decider: exposure, codec: exposureCodec, category: 'exposure' },
  });
  const exposures = createExposures({ handler, plans, clock: systemClock });
  container.bind(httpTokens.startPlan).toConstantValue(createStartPlan({ plans, exposures }));
  container.bind(httpTokens.orderOperations).toConstantValue(createOrderOperations({ orders, exposures }));
  const payments = createCommandHandler({
    eventStore,
    decider: manualPayment,
    codec: manualPaymentCodec,
    category: 'manualPayment',
  });
  const claims = createCommandHandler({
    eventStore,
    decider: referenceClaim,
    codec: referenceClaimCodec,
    category: 'manualPaymentReference',
  });
  container.bind(httpTokens.manualPaymentHandler).toConstantValue(payments);
  container
    .bind(httpTokens.recordManualPayment)
    .toConstantValue(
      createRecordManualPayment({ payments, claims, clock: systemClock, secondPersonFromUnits: 1_000 }),
    );
  container.bind(httpTokens.orderQueries).toConstantValue({ list: empty });
  container.bind(httpTokens.planQueries).toConstantValue(plansOver(eventStore, plans));
  container.bind(httpTokens.manualPaymentQueries).toConstantValue({ list: empty });
}
