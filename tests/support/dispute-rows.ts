import { disputeIdOf } from '../../src/application/payment/payment-ids.js';
import type { DisputeRow } from '../../src/application/ports/dispute-queries.js';
import type { PaymentEvent } from '../../src/domain/payment/events.js';
import { foldPayment } from './payment-arbitraries.js';

/** What the list must show of a payment's disputes, by the state that its events come to: written down a second time. */
export function disputeRowsOf(events: readonly PaymentEvent[]): readonly DisputeRow[] {
  const state = foldPayment(events);
  if (state.status !== 'captured') return [];
  const { paymentId: payment, customerId: customer } = state.details;
  return state.disputes.map((dispute) => ({
    id: disputeIdOf(payment, dispute.providerDisputeId),
    payment,
    customer,
    status: dispute.status,
    amount: dispute.amount.minor,
    currency: dispute.amount.currency,
    amount_taken: dispute.movements.reduce((total, { taken }) => total + taken.minor, 0n),
    reason: dispute.disputeReason,
    evidence_due_by: dispute.evidenceDueBy,
    provider_dispute: dispute.providerDisputeId,
    created_at: dispute.openedAt,
    closed_at: closedAt(events, dispute.providerDisputeId),
  }));
}

function closedAt(events: readonly PaymentEvent[], providerDisputeId: string): DisputeRow['closed_at'] {
  const last = events.findLast(
    (event) =>
      (event.type === 'DisputeClosed' || event.type === 'DisputeEscalated') &&
      event.providerDisputeId === providerDisputeId,
  );
  return last?.type === 'DisputeClosed' ? last.at : null;
}
