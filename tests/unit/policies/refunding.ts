import { randomUUID } from 'node:crypto';
import { refundIdOf } from '../../../src/application/payment/payment-ids.js';
import type { MoneyFlows } from './money-flows.js';
import { accepted } from './money-flows.js';

/** Somebody refunds a payment at the provider itself, who tells us. */
export async function refundedAtProvider(flows: MoneyFlows, paymentId: string, cents: number): Promise<void> {
  const name = randomUUID();
  accepted(
    await flows.payments.handle(
      paymentId,
      {
        ...{ type: 'ObserveRefund', at: flows.clock.now(), adoptAs: refundIdOf(name) },
        refund: {
          ...{ providerRefundId: `re_at_provider_${name}`, refundId: null, intentId: 'pi' },
          ...{ status: 'succeeded', amount: flows.amountOf(cents), failureReason: null },
        },
      },
      flows.metadata(),
    ),
  );
}

/** The bank sends the money of a refund back, days later. */
export async function comesBack(flows: MoneyFlows, paymentId: string, refundId: string): Promise<void> {
  const { state } = await flows.payments.load(paymentId);
  const known = state.status === 'captured' ? state.refunds.find((one) => one.refundId === refundId) : null;
  if (known?.providerRefundId == null || known.status === 'failed') return;
  const { amount, providerRefundId } = known;
  const news = {
    providerRefundId,
    refundId: known.refundId,
    intentId: 'pi',
    status: 'failed',
    amount,
  } as const;
  accepted(
    await flows.payments.handle(
      paymentId,
      {
        ...{ type: 'ObserveRefund', at: flows.clock.now(), adoptAs: known.refundId },
        refund: { ...news, failureReason: 'lost_or_stolen_card' },
      },
      flows.metadata(),
    ),
  );
}
