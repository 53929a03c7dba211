import { z } from 'zod';
import type { PaymentEvent } from '../../domain/payment/events.js';
import { parseCustomerId, parseOrderId, parsePaymentId, parseRefundId } from '../../domain/shared/ids.js';
import { createEventCodec, storedId, storedInstant, storedMoney } from '../shared/event-codec.js';

const at = storedInstant;
const attempt = z.int().nonnegative();
const intentId = z.string();
const refundId = storedId(parseRefundId);
const refusal = { code: z.string(), message: z.string() };

/** What a payment's facts look like in the store; tests/golden-events holds an example of every version. */
export const paymentCodec = createEventCodec<PaymentEvent>({
  PaymentCreated: z.strictObject({
    at,
    paymentId: storedId(parsePaymentId),
    amount: storedMoney,
    captureMethod: z.enum(['automatic', 'manual']),
    customerId: storedId(parseCustomerId).nullable(),
    orderId: storedId(parseOrderId).nullable(),
    description: z.string().nullable(),
    metadata: z.record(z.string(), z.string()),
  }),
  PaymentConfirmRequested: z.strictObject({ at, attempt, paymentMethod: z.string() }),
  PaymentActionRequired: z.strictObject({ at, attempt, intentId }),
  PaymentProcessingStarted: z.strictObject({ at, attempt, intentId }),
  PaymentDeclined: z.strictObject({
    at,
    attempt,
    intentId: z.string().nullable(),
    ...refusal,
    declineCode: z.string().nullable(),
    chargeId: z.string().nullable(),
  }),
  PaymentAuthorized: z.strictObject({
    at,
    attempt,
    intentId,
    chargeId: z.string().nullable(),
    amount: storedMoney,
  }),
  PaymentCaptureRequested: z.strictObject({ at, amount: storedMoney }),
  PaymentCaptureRefused: z.strictObject({ at, ...refusal }),
  PaymentCaptured: z.strictObject({
    at,
    chargeId: z.string().nullable(),
    amount: storedMoney,
    released: storedMoney,
  }),
  PaymentFeeRecorded: z.strictObject({
    at,
    charged: storedMoney,
    balanceTransactionId: z.string(),
    gross: storedMoney,
    fee: storedMoney,
  }),
  PaymentCancelRequested: z.strictObject({ at }),
  PaymentCancelRefused: z.strictObject({ at, ...refusal }),
  PaymentCanceled: z.strictObject({ at, intentId: z.string().nullable(), released: storedMoney }),
  PaymentFailed: z.strictObject({ at, ...refusal }),
  RefundRequested: z.strictObject({
    at,
    refundId,
    amount: storedMoney,
    refundReason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer']).nullable(),
  }),
  RefundRefused: z.strictObject({ at, refundId, ...refusal }),
  RefundInitiated: z.strictObject({ at, refundId, providerRefundId: z.string(), amount: storedMoney }),
  RefundAdopted: z.strictObject({ at, refundId, providerRefundId: z.string(), amount: storedMoney }),
  RefundSucceeded: z.strictObject({ at, refundId }),
  RefundFailed: z.strictObject({ at, refundId, amount: storedMoney, failureReason: z.string() }),
  RefundCanceled: z.strictObject({ at, refundId, amount: storedMoney }),
});
