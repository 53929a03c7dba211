import type { PaymentCommandOf } from '../../domain/payment/commands.js';
import type { IntentSnapshot, RefundSnapshot } from '../../domain/payment/intent.js';
import type { Instant } from '../../domain/shared/instant.js';
import { mintAdoptedRefundId } from './payment-ids.js';

/** The command that records what the provider shows of a payment, whatever it was asked for. */
export function observeIntent(intent: IntentSnapshot, at: Instant): PaymentCommandOf<'ObserveIntent'> {
  return { type: 'ObserveIntent', at, intent, attempt: null };
}

/** The same of a refund, which is adopted where it was made outside. */
export function observeRefund(refund: RefundSnapshot, at: Instant): PaymentCommandOf<'ObserveRefund'> {
  return { type: 'ObserveRefund', at, refund, adoptAs: mintAdoptedRefundId(refund.providerRefundId) };
}
