import type { Decision } from '../shared/decider.js';
import { accepted, nothingToDo, rejected } from '../shared/decider.js';
import type { RefundId } from '../shared/ids.js';
import type { Money } from '../shared/money.js';
import { add, compare, isPositive, zero } from '../shared/money.js';
import { nameOf } from '../shared/person.js';
import type { PaymentCommandOf, SecondPersonRule } from './commands.js';
import type { PaymentEvent, PaymentEventOf } from './events.js';
import type { PaymentRejection } from './rejections.js';
import type { Captured, PaymentState, Refund } from './state.js';
import { refundable, refundedAlone } from './state.js';

type PaymentDecision = Decision<PaymentEvent, PaymentRejection>;

/**
 * Whether another person approves a refund of this amount. What one person gives back of a payment counts together, so that
 * a large refund is not several small ones.
 */
function needsApproval(payment: Captured, amount: Money, from: Money): boolean {
  return compare(add(refundedAlone(payment), amount), from) >= 0;
}

/** What there is enough left for is asked of the provider at once, or of another person first. */
export function openRefund(
  payment: Captured,
  refund: Pick<PaymentEventOf<'RefundRequested'>, 'at' | 'refundId' | 'amount' | 'refundReason'>,
  rule: SecondPersonRule | null,
): PaymentDecision {
  if (rule === null || !needsApproval(payment, refund.amount, rule.from)) {
    return accepted({ type: 'RefundRequested', ...refund });
  }
  if (rule.by.holder === null) return rejected({ code: 'holder_required' });
  if (!rule.saysWhy) return rejected({ code: 'refund_reason_required' });
  return accepted({ type: 'RefundApprovalRequested', ...refund, requestedBy: rule.by.holder });
}

export function approveRefund(
  state: PaymentState,
  { at, refundId, by }: PaymentCommandOf<'ApproveRefund'>,
): PaymentDecision {
  const found = refundOf(state, refundId);
  if ('code' in found) return rejected(found);
  const { payment, refund } = found;
  if (refund.status !== 'requires_approval') {
    const same = refund.status !== 'rejected' && refund.approval?.decidedBy === nameOf(by);
    return same ? nothingToDo : rejected({ code: 'refund_wrong_status', status: refund.status });
  }
  if (by.holder === null) return rejected({ code: 'holder_required' });
  if (by.holder === refund.approval?.requestedBy) return rejected({ code: 'approver_is_author' });
  const left = refundable(payment);
  // Somebody may have given money back at the provider meanwhile, which asked nobody here.
  if (compare(left, zero(left.currency)) < 0) {
    const without = add(left, refund.amount);
    const rest = isPositive(without) ? without : zero(left.currency);
    return rejected({ code: 'refund_exceeds_captured', refundable: rest });
  }
  return accepted({ type: 'RefundApproved', at, refundId, amount: refund.amount, approvedBy: by.holder });
}

/** Whoever asked may take it back: that moves nothing. */
export function rejectRefund(
  state: PaymentState,
  { at, refundId, by }: PaymentCommandOf<'RejectRefund'>,
): PaymentDecision {
  const found = refundOf(state, refundId);
  if ('code' in found) return rejected(found);
  const { status, amount } = found.refund;
  if (status === 'rejected') return nothingToDo;
  if (status !== 'requires_approval') return rejected({ code: 'refund_wrong_status', status });
  return accepted({ type: 'RefundRejected', at, refundId, amount, rejectedBy: nameOf(by) });
}

export function refundOf(
  state: PaymentState,
  refundId: RefundId,
): { readonly payment: Captured; readonly refund: Refund } | PaymentRejection {
  if (state.status === 'absent') return { code: 'payment_not_found' };
  if (state.status !== 'captured') return { code: 'refund_not_found' };
  const refund = state.refunds.find((one) => one.refundId === refundId);
  return refund === undefined ? { code: 'refund_not_found' } : { payment: state, refund };
}
