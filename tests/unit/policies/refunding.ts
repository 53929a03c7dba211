import type { MoneyFlows } from './money-flows.js';
import { accepted } from './money-flows.js';

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
