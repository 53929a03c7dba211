import type { Decision } from '../shared/decider.js';
import { accepted, nothingToDo, rejected } from '../shared/decider.js';
import type { PaymentCommandOf } from './commands.js';
import type { PaymentEvent } from './events.js';
import { refundOf, rejectRefund } from './refund-approval.js';
import type { PaymentRejection } from './rejections.js';
import type { PaymentState } from './state.js';

type PaymentDecision = Decision<PaymentEvent, PaymentRejection>;

/**
 * Calls a refund off. One that waits for another person was never asked of the provider, so whoever calls it off takes it
 * back. Whether one that the provider took on can still be stopped, only the provider knows.
 */
export function cancelRefund(
  state: PaymentState,
  { at, refundId, by }: PaymentCommandOf<'CancelRefund'>,
): PaymentDecision {
  const found = refundOf(state, refundId);
  if ('code' in found) return rejected(found);
  const { status, cancelRequestedAt } = found.refund;
  switch (status) {
    case 'canceled':
      return nothingToDo;
    case 'requires_approval':
    case 'rejected':
      return rejectRefund(state, { type: 'RejectRefund', at, refundId, by });
    case 'requested':
      return rejected({ code: 'refund_operation_in_progress' });
    case 'pending':
      return cancelRequestedAt === null
        ? accepted({ type: 'RefundCancelRequested', at, refundId })
        : rejected({ code: 'refund_operation_in_progress' });
    case 'succeeded':
    case 'failed':
    case 'refused':
      return rejected({ code: 'refund_not_cancelable', status });
  }
}

export function recordRefundCancelRefused(
  state: PaymentState,
  { at, refundId, refusal }: PaymentCommandOf<'RecordRefundCancelRefused'>,
): PaymentDecision {
  const found = refundOf(state, refundId);
  if ('code' in found) return rejected(found);
  if (found.refund.cancelRequestedAt === null) return nothingToDo;
  return accepted({ type: 'RefundCancelRefused', at, refundId, ...refusal });
}
