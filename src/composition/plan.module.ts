import { ContainerModule } from 'inversify';
import { exposureCodec } from '../application/exposure/exposure.codec.js';
import { createExposures } from '../application/exposure/exposures.js';
import { manualPaymentCodec } from '../application/manual-payment/manual-payment.codec.js';
import { createRecordManualPayment } from '../application/manual-payment/record-manual-payment.js';
import { referenceClaimCodec } from '../application/manual-payment/reference-claim.codec.js';
import { orderCodec } from '../application/order/order.codec.js';
import { createOrderOperations } from '../application/order/order-operations.js';
import { planCodec } from '../application/plan/plan.codec.js';
import { createStartPlan } from '../application/plan/start-plan.js';
import { createCommandHandler } from '../application/shared/command-handler.js';
import { exposure } from '../domain/exposure/exposure.js';
import { manualPayment } from '../domain/manual-payment/manual-payment.js';
import { referenceClaim } from '../domain/manual-payment/reference-claim.js';
import { order } from '../domain/order/order.js';
import { plan } from '../domain/plan/plan.js';
import { PostgresManualPaymentQueries } from '../infrastructure/read-models/manual-payments.js';
import { PostgresOrderQueries } from '../infrastructure/read-models/orders.js';
import { PostgresPlanQueries } from '../infrastructure/read-models/plans.js';
import { httpTokens } from '../interfaces/http/http-tokens.js';
import { tokens } from './tokens.js';

/** Orders, the plans by which they are paid, and the payments that people record. */
export const planModule = new ContainerModule(({ bind }) => {
  bind(httpTokens.orderHandler).toResolvedValue(
    (eventStore) =>
      createCommandHandler({ eventStore, decider: order, codec: orderCodec, category: 'order' }),
    [httpTokens.eventStore],
  );
  bind(httpTokens.planHandler).toResolvedValue(
    (eventStore) =>
      createCommandHandler({ eventStore, decider: plan, codec: planCodec, category: 'paymentPlan' }),
    [httpTokens.eventStore],
  );
  bind(tokens.exposures).toResolvedValue(
    (eventStore, plans, clock) => {
      const category = 'exposure';
      const handler = createCommandHandler({ eventStore, decider: exposure, codec: exposureCodec, category });
      return createExposures({ handler, plans, clock });
    },
    [httpTokens.eventStore, httpTokens.planHandler, httpTokens.clock],
  );
  bind(httpTokens.startPlan).toResolvedValue(
    (plans, exposures) => createStartPlan({ plans, exposures }),
    [httpTokens.planHandler, tokens.exposures],
  );
  bind(httpTokens.orderOperations).toResolvedValue(
    (orders, exposures) => createOrderOperations({ orders, exposures }),
    [httpTokens.orderHandler, tokens.exposures],
  );
  bind(httpTokens.manualPaymentHandler).toResolvedValue(
    (eventStore) =>
      createCommandHandler({
        ...{ eventStore, decider: manualPayment, codec: manualPaymentCodec, category: 'manualPayment' },
      }),
    [httpTokens.eventStore],
  );
  bind(httpTokens.recordManualPayment).toResolvedValue(
    (eventStore, payments, clock, { config }) =>
      createRecordManualPayment({
        payments,
        claims: createCommandHandler({
          eventStore,
          decider: referenceClaim,
          codec: referenceClaimCodec,
          category: 'manualPaymentReference',
        }),
        clock,
        secondPersonFromUnits: config.secondPersonFromUnits,
      }),
    [httpTokens.eventStore, httpTokens.manualPaymentHandler, httpTokens.clock, tokens.surroundings],
  );
  bind(httpTokens.orderQueries).toResolvedValue((pool) => new PostgresOrderQueries(pool), [tokens.pool]);
  bind(httpTokens.planQueries).toResolvedValue((pool) => new PostgresPlanQueries(pool), [tokens.pool]);
  bind(httpTokens.manualPaymentQueries).toResolvedValue(
    (pool) => new PostgresManualPaymentQueries(pool),
    [tokens.pool],
  );
});
