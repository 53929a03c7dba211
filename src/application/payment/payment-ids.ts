import type { DisputeId, PaymentId, RefundId } from '../../domain/shared/ids.js';
import { parseDisputeId, parsePaymentId, parseRefundId } from '../../domain/shared/ids.js';
import { commandIdOf } from '../shared/event-ids.js';
import { mintedBy } from '../shared/minted-ids.js';

/** The id of what a command creates: the same each time the command is carried out. `commandId` is a UUID. */
export function paymentIdOf(commandId: string): PaymentId {
  return mintedBy(parsePaymentId, 'pay', commandId);
}

export function refundIdOf(commandId: string): RefundId {
  return mintedBy(parseRefundId, 're', commandId);
}

/** Our id for a refund that was made at the provider: one per refund there, whoever sees it first. */
export function mintAdoptedRefundId(providerRefundId: string): RefundId {
  return refundIdOf(commandIdOf('adopted refund', providerRefundId));
}

/**
 * Our id for a dispute, which its events do not carry: made of the payment's id and the provider's id for the dispute, so
 * that it is the same whenever and wherever it is made. The payment's is in it because a stream knows of its own disputes only.
 */
export function disputeIdOf(paymentId: string, providerDisputeId: string): DisputeId {
  return mintedBy(parseDisputeId, 'dp', commandIdOf('dispute', `${paymentId}/${providerDisputeId}`));
}
