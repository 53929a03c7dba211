import type { CustomerAction } from '../../../application/ports/payment-gateway.js';
import type {
  PaymentRow,
  PaymentStatus,
  RefundRow,
  RefundStatus,
} from '../../../application/ports/read-models.js';
import { authorization } from '../../../domain/payment/evolve.js';
import type { ExistingPayment, Refund } from '../../../domain/payment/state.js';
import { refunded } from '../../../domain/payment/state.js';

/** Payments and refunds as the API shows them, from the aggregate and from the read model alike. */
export type PaymentObject = ReturnType<typeof shape>;

type Shown = Omit<PaymentRow, 'fee' | 'fee_currency'>;

function shape(row: Shown, livemode: boolean) {
  return {
    id: row.id,
    object: 'payment' as const,
    status: row.status,
    amount: row.amount,
    currency: row.currency,
    amount_authorized: row.amount_authorized,
    amount_captured: row.amount_captured,
    amount_refunded: row.amount_refunded,
    capture_method: row.capture_method,
    customer: row.customer,
    order: row.order,
    description: row.description,
    metadata: row.metadata,
    provider: { name: 'stripe' as const, payment_intent: row.payment_intent },
    last_error: row.last_error,
    revision: row.revision,
    livemode,
    created_at: row.created_at,
  };
}

export function paymentOfRow(row: PaymentRow, livemode: boolean): PaymentObject {
  return shape(row, livemode);
}

/** `action` is what the customer has to do now, where the payment waits for it. */
export function paymentOfState(
  state: ExistingPayment,
  revision: bigint,
  livemode: boolean,
  action: CustomerAction | null = null,
) {
  const { details, attempts, createdAt } = state;
  const { amount } = details;
  const payment = shape(
    {
      id: details.paymentId,
      status: statusOf(state),
      amount: amount.minor,
      currency: amount.currency,
      amount_authorized: state.status === 'captured' ? state.authorized.minor : openAuthorization(state),
      amount_captured: state.status === 'captured' ? state.captured.minor : 0n,
      amount_refunded: state.status === 'captured' ? refunded(state).minor : 0n,
      capture_method: details.captureMethod,
      customer: details.customerId,
      order: details.orderId,
      description: details.description,
      metadata: details.metadata,
      payment_intent: attempts.intentId,
      last_error: lastErrorOf(state),
      revision,
      created_at: createdAt,
    },
    livemode,
  );
  if (action === null) return payment;
  const { clientSecret, redirectUrl } = action;
  const next = redirectUrl === null ? {} : { next_action: { type: 'redirect_to_url', url: redirectUrl } };
  return { ...payment, client_secret: clientSecret, ...next };
}

function openAuthorization(state: ExistingPayment): bigint {
  return authorization(state)?.authorized.minor ?? 0n;
}

function statusOf(state: ExistingPayment): PaymentStatus {
  switch (state.status) {
    case 'confirming':
    case 'capturing':
    case 'canceling':
      return 'processing';
    case 'captured': {
      const { minor } = refunded(state);
      if (minor === 0n) return 'succeeded';
      return minor < state.captured.minor ? 'partially_refunded' : 'refunded';
    }
    case 'requires_payment_method':
    case 'requires_action':
    case 'processing':
    case 'authorized':
    case 'canceled':
    case 'failed':
      return state.status;
  }
}

/** The latest refusal. A payment that failed for good says why; a decline stays on show until an attempt succeeds. */
export function lastErrorOf(state: ExistingPayment): PaymentRow['last_error'] {
  if (state.status === 'failed') {
    return { code: state.refusal.code, decline_code: null, message: state.refusal.message };
  }
  const decline = state.attempts.lastDecline;
  if (decline === null || state.status === 'captured' || openAuthorization(state) > 0n) return null;
  return { code: decline.code, decline_code: decline.declineCode, message: decline.message };
}

export type RefundObject = ReturnType<typeof refundShape>;

function refundShape(row: RefundRow, livemode: boolean) {
  return {
    id: row.id,
    object: 'refund' as const,
    payment: row.payment,
    status: row.status,
    amount: row.amount,
    currency: row.currency,
    reason: row.reason,
    failure_reason: row.failure_reason,
    metadata: {},
    provider: { name: 'stripe' as const, refund: row.provider_refund },
    approval:
      row.requested_by === null ? null : { requested_by: row.requested_by, decided_by: row.decided_by },
    livemode,
    created_at: row.created_at,
  };
}

export function refundOfRow(row: RefundRow, livemode: boolean): RefundObject {
  return refundShape(row, livemode);
}

export function refundOfState(payment: ExistingPayment, refund: Refund, livemode: boolean): RefundObject {
  return refundShape(
    {
      id: refund.refundId,
      payment: payment.details.paymentId,
      status: refundStatusOf(refund),
      amount: refund.amount.minor,
      currency: refund.amount.currency,
      reason: refund.refundReason,
      failure_reason: refund.failureReason,
      provider_refund: refund.providerRefundId,
      requested_by: refund.approval?.requestedBy ?? null,
      decided_by: refund.approval?.decidedBy ?? null,
      created_at: refund.requestedAt,
    },
    livemode,
  );
}

/** Neither the provider nor a second person has answered yet. */
export function isOpen({ status, cancelRequestedAt }: Refund): boolean {
  return status === 'requested' || status === 'requires_approval' || cancelRequestedAt !== null;
}

function refundStatusOf({ status }: Refund): RefundStatus {
  if (status === 'requested') return 'pending';
  return status === 'refused' ? 'failed' : status;
}
