import type { PaymentCommandOf } from '../../src/domain/payment/commands.js';
import type { PaymentDetails, PaymentEventOf } from '../../src/domain/payment/events.js';
import type { DisputeSnapshot, IntentSnapshot, RefundSnapshot } from '../../src/domain/payment/intent.js';
import type { PaymentId, RefundId } from '../../src/domain/shared/ids.js';
import { parsePaymentId, parseRefundId } from '../../src/domain/shared/ids.js';
import type { Instant } from '../../src/domain/shared/instant.js';
import { parseInstant } from '../../src/domain/shared/instant.js';
import type { Money } from '../../src/domain/shared/money.js';
import { money } from '../../src/domain/shared/money.js';

/** Short ways to write a payment's history in a test. */
export function required<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('a test example is malformed');
  return value;
}

export const at: Instant = required(parseInstant('2026-11-01T09:30:00.000Z'));
export const paymentId: PaymentId = required(parsePaymentId('pay_0193f1a0-0000-7000-8000-000000000001'));
export const refundId = (n: number): RefundId =>
  required(parseRefundId(`re_0193f1a0-0000-7000-8000-${n.toString(16).padStart(12, '0')}`));
export const usd = (minor: bigint | number): Money => money(BigInt(minor), 'USD');

export const details: PaymentDetails = {
  paymentId,
  amount: usd(5000),
  captureMethod: 'automatic',
  customerId: null,
  orderId: null,
  description: null,
  metadata: {},
};
const intentId = 'pi_1';
const chargeId = 'ch_1';

export const created: PaymentEventOf<'PaymentCreated'> = { type: 'PaymentCreated', at, ...details };
export const confirmRequested = (attempt = 1): PaymentEventOf<'PaymentConfirmRequested'> => ({
  type: 'PaymentConfirmRequested',
  at,
  attempt,
  paymentMethod: 'pm_card_visa',
});
export const actionRequired = (attempt = 1): PaymentEventOf<'PaymentActionRequired'> => ({
  type: 'PaymentActionRequired',
  at,
  attempt,
  intentId,
});
export const processingStarted = (attempt = 1): PaymentEventOf<'PaymentProcessingStarted'> => ({
  type: 'PaymentProcessingStarted',
  at,
  attempt,
  intentId,
});
export const declined = (
  attempt = 1,
  charge: string | null = 'ch_declined',
): PaymentEventOf<'PaymentDeclined'> => ({
  type: 'PaymentDeclined',
  at,
  attempt,
  intentId,
  code: 'card_declined',
  declineCode: 'insufficient_funds',
  message: 'Your card has insufficient funds.',
  chargeId: charge,
});
export const authorized = (attempt = 1): PaymentEventOf<'PaymentAuthorized'> => ({
  type: 'PaymentAuthorized',
  at,
  attempt,
  intentId,
  chargeId,
  amount: usd(5000),
});
export const captureRequested = (minor = 5000): PaymentEventOf<'PaymentCaptureRequested'> => ({
  type: 'PaymentCaptureRequested',
  at,
  amount: usd(minor),
});
export const captured = (minor = 5000): PaymentEventOf<'PaymentCaptured'> => ({
  type: 'PaymentCaptured',
  at,
  chargeId,
  amount: usd(minor),
  released: usd(5000 - minor),
});
export const feeRecorded: PaymentEventOf<'PaymentFeeRecorded'> = {
  type: 'PaymentFeeRecorded',
  at,
  charged: usd(5000),
  balanceTransactionId: 'txn_1',
  gross: usd(5000),
  fee: usd(175),
};
export const cancelRequested: PaymentEventOf<'PaymentCancelRequested'> = {
  type: 'PaymentCancelRequested',
  at,
};
export const canceled = (released = 0, of: string | null = intentId): PaymentEventOf<'PaymentCanceled'> => ({
  type: 'PaymentCanceled',
  at,
  intentId: of,
  released: usd(released),
});
export const refundRequested = (n: number, minor: number): PaymentEventOf<'RefundRequested'> => ({
  type: 'RefundRequested',
  at,
  refundId: refundId(n),
  amount: usd(minor),
  refundReason: null,
});
export const refundInitiated = (n: number, minor: number): PaymentEventOf<'RefundInitiated'> => ({
  type: 'RefundInitiated',
  at,
  refundId: refundId(n),
  providerRefundId: `re_stripe_${n}`,
  amount: usd(minor),
});
export const refundSucceeded = (n: number): PaymentEventOf<'RefundSucceeded'> => ({
  type: 'RefundSucceeded',
  at,
  refundId: refundId(n),
});
export const refundFailed = (n: number, minor: number): PaymentEventOf<'RefundFailed'> => ({
  type: 'RefundFailed',
  at,
  refundId: refundId(n),
  amount: usd(minor),
  failureReason: 'lost_or_stolen_card',
});

export const intent = (
  status: IntentSnapshot['status'],
  change: Partial<IntentSnapshot> = {},
): IntentSnapshot => ({
  intentId,
  status,
  amount: usd(5000),
  received: usd(status === 'succeeded' ? 5000 : 0),
  chargeId: status === 'succeeded' || status === 'requires_capture' ? chargeId : null,
  balance: null,
  decline: null,
  ...change,
});
export const decline = (charge: string | null = 'ch_declined') => ({
  code: 'card_declined',
  declineCode: 'insufficient_funds',
  message: 'Your card has insufficient funds.',
  chargeId: charge,
});
export const observe = (
  snapshot: IntentSnapshot,
  attempt: number | null = null,
): PaymentCommandOf<'ObserveIntent'> => ({ type: 'ObserveIntent', at, intent: snapshot, attempt });

export const refundNews = (
  n: number,
  status: RefundSnapshot['status'],
  minor: number,
  change: Partial<RefundSnapshot> = {},
): PaymentCommandOf<'ObserveRefund'> => ({
  type: 'ObserveRefund',
  at,
  adoptAs: refundId(900 + n),
  refund: {
    providerRefundId: `re_stripe_${n}`,
    refundId: refundId(n),
    intentId,
    status,
    amount: usd(minor),
    failureReason: status === 'failed' ? 'lost_or_stolen_card' : null,
    ...change,
  },
});
const evidenceDueBy: Instant = required(parseInstant('2026-11-10T23:59:59.000Z'));
export const disputeOpened = (
  change: Partial<PaymentEventOf<'DisputeOpened'>> = {},
): PaymentEventOf<'DisputeOpened'> => ({
  ...{ type: 'DisputeOpened', at, providerDisputeId: 'dp_1', amount: usd(5000) },
  ...{ disputeReason: 'fraudulent', stage: 'dispute', evidenceDueBy },
  ...change,
});
export const fundsWithdrawn = (
  change: Partial<PaymentEventOf<'DisputeFundsWithdrawn'>> = {},
): PaymentEventOf<'DisputeFundsWithdrawn'> => ({
  ...{ type: 'DisputeFundsWithdrawn', at, providerDisputeId: 'dp_1', balanceTransactionId: 'txn_d1' },
  ...{ amount: usd(5000), gross: usd(5000), fee: usd(1500) },
  ...change,
});
export const fundsReinstated = (): PaymentEventOf<'DisputeFundsReinstated'> => ({
  ...{ type: 'DisputeFundsReinstated', at, providerDisputeId: 'dp_1', balanceTransactionId: 'txn_d2' },
  ...{ amount: usd(5000), gross: usd(5000), fee: usd(0) },
});
export const disputeNews = (
  status: DisputeSnapshot['status'],
  change: Partial<DisputeSnapshot> = {},
): PaymentCommandOf<'ObserveDispute'> => ({
  type: 'ObserveDispute',
  at,
  dispute: {
    ...{ providerDisputeId: 'dp_1', intentId, status, amount: usd(5000), reason: 'fraudulent' },
    ...{ evidenceDueBy, movements: [] },
    ...change,
  },
});

export const requestRefund = (n: number, minor: number | null): PaymentCommandOf<'RequestRefund'> => ({
  type: 'RequestRefund',
  secondPerson: null,
  at,
  refundId: refundId(n),
  amount: minor === null ? null : usd(minor),
  refundReason: null,
});
