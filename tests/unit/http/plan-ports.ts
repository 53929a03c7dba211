import type { Container } from 'inversify';
import { manualPaymentCodec } from '../../../src/application/manual-payment/manual-payment.codec.js';
import { createRecordManualPayment } from '../../../src/application/manual-payment/record-manual-payment.js';
import { referenceClaimCodec } from '../../../src/application/manual-payment/reference-claim.codec.js';
import { orderCodec } from '../../../src/application/order/order.codec.js';
import { planCodec } from '../../../src/application/plan/plan.codec.js';
import type { EventStore } from '../../../src/application/ports/event-store.js';
import { createCommandHandler } from '../../../src/application/shared/command-handler.js';
import { manualPayment } from '../../../src/domain/manual-payment/manual-payment.js';
import { referenceClaim } from '../../../src/domain/manual-payment/reference-claim.js';
import { order } from '../../../src/domain/order/order.js';
import { plan } from '../../../src/domain/plan/plan.js';
import { money } from '../../../src/domain/shared/money.js';
import { systemClock } from '../../../src/infrastructure/system-clock.js';
import { httpTokens } from '../../../src/interfaces/http/http-tokens.js';

/** Orders, plans and manual payments on the log alone: their lists are empty, and nobody owes anything elsewhere. */
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
  container
    .bind(httpTokens.planQueries)
    .toConstantValue({ list: empty, exposureOf: async (_customer, currency) => money(0n, currency) });
  container.bind(httpTokens.manualPaymentQueries).toConstantValue({ list: empty });
}
