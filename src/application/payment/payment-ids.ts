import type { PaymentId, RefundId } from '../../domain/shared/ids.js';
import { parsePaymentId, parseRefundId } from '../../domain/shared/ids.js';
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
