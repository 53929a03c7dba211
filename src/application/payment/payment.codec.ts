import { z } from 'zod';
import type { PaymentEvent } from '../../domain/payment/events.js';
import { disputeOutcomes, keptCauses } from '../../domain/payment/events.js';
import {
  parseCollectionId,
  parseCreditId,
  parseCustomerId,
  parseOrderId,
  parsePaymentId,
  parseRefundId,
} from '../../domain/shared/ids.js';
import { refundReasons } from '../../domain/shared/refund-reason.js';
import { createEventCodec, storedId, storedInstant, storedMoney } from '../shared/event-codec.js';

const at = storedInstant;
const attempt = z.int().nonnegative();
const intentId = z.string();
const refundId = storedId(parseRefundId);
const providerDisputeId = z.string();
const disputedFunds = {
  providerDisputeId,
  balanceTransactionId: z.string(),
  amount: storedMoney,
  gross: storedMoney,
  fee: storedMoney,
};
const refusal = { code: z.string(), message: z.string() };

/** What a payment's facts look like in the store; tests/golden-events holds an example of every version. */
export const paymentCodec = createEventCodec<PaymentEvent>({
  PaymentCreated: z
    .strictObject({
      at,
      paymentId: storedId(parsePaymentId),
      amount: storedMoney,
      captureMethod: z.enum(['automatic', 'manual']),
      customerId: storedId(parseCustomerId).nullable(),
      orderId: storedId(parseOrderId).nullable(),
      description: z.string().nullable(),
      metadata: z.record(z.string(), z.string()),
      collectionId: storedId(parseCollectionId).exactOptional(),
    })
    .describe('Somebody is to pay an amount. Nothing has been asked of the provider yet.'),
  PaymentConfirmRequested: z
    .strictObject({
      at,
      attempt,
      paymentMethod: z.string(),
      payer: z.strictObject({ providerCustomerId: z.string(), offSession: z.boolean() }).exactOptional(),
    })
    .describe(
      "An attempt with this payment method is to be made; the provider is asked under this event's id. `payer`, which may be absent, names the customer at the provider, and says whether the customer is away.",
    ),
  PaymentActionRequired: z
    .strictObject({ at, attempt, intentId })
    .describe('The customer must act, such as with 3-D Secure, before the attempt goes on.'),
  PaymentProcessingStarted: z
    .strictObject({ at, attempt, intentId })
    .describe('The provider took the attempt on and will know its end later.'),
  PaymentDeclined: z
    .strictObject({
      at,
      attempt,
      intentId: z.string().nullable(),
      ...refusal,
      declineCode: z.string().nullable(),
      chargeId: z.string().nullable(),
    })
    .describe('The attempt did not go through; another one may be made.'),
  PaymentAuthorized: z
    .strictObject({
      at,
      attempt,
      intentId,
      chargeId: z.string().nullable(),
      amount: storedMoney,
    })
    .describe("The amount is held on the customer's card or account."),
  PaymentCaptureRequested: z
    .strictObject({ at, amount: storedMoney })
    .describe('This part of the authorization is to be taken.'),
  PaymentCaptureRefused: z
    .strictObject({ at, ...refusal })
    .describe('The provider definitely did not capture; the authorization stands as before.'),
  PaymentCaptured: z
    .strictObject({
      at,
      chargeId: z.string().nullable(),
      amount: storedMoney,
      released: storedMoney,
    })
    .describe('The amount was taken from the customer, and the rest of the authorization was let go.'),
  PaymentFeeRecorded: z
    .strictObject({
      at,
      charged: storedMoney,
      balanceTransactionId: z.string(),
      gross: storedMoney,
      fee: storedMoney,
    })
    .describe('What the charge brought to our balance at the provider, and what the provider kept of it.'),
  PaymentCancelRequested: z.strictObject({ at }).describe('The provider is to be asked to cancel.'),
  PaymentCancelRefused: z
    .strictObject({ at, ...refusal })
    .describe('The provider definitely did not cancel; the payment stands as before.'),
  PaymentCanceled: z
    .strictObject({ at, intentId: z.string().nullable(), released: storedMoney })
    .describe('The payment is over and nothing was taken; what was held is let go.'),
  PaymentFailed: z
    .strictObject({ at, ...refusal })
    .describe('The provider refused in a way that no other payment method would mend.'),
  RefundRequested: z
    .strictObject({
      at,
      refundId,
      amount: storedMoney,
      refundReason: z.enum(refundReasons).nullable(),
    })
    .describe(
      'This amount is to go back to the customer; it counts as spent until the refund is known to have failed.',
    ),
  RefundApprovalRequested: z
    .strictObject({
      at,
      refundId,
      amount: storedMoney,
      refundReason: z.enum(refundReasons).nullable(),
      requestedBy: z.string(),
    })
    .describe(
      'Somebody wants to give this amount back, which is so much that another person approves it first. It counts as spent meanwhile.',
    ),
  RefundApproved: z
    .strictObject({ at, refundId, amount: storedMoney, approvedBy: z.string() })
    .describe("Another person approved the refund; the provider is asked under this event's id."),
  RefundRejected: z
    .strictObject({ at, refundId, amount: storedMoney, rejectedBy: z.string() })
    .describe('The refund was not approved, or was taken back; nothing was asked of the provider.'),
  RefundRefused: z
    .strictObject({ at, refundId, ...refusal })
    .describe('The provider definitely did not take the refund on; nothing moved.'),
  RefundInitiated: z
    .strictObject({ at, refundId, providerRefundId: z.string(), amount: storedMoney })
    .describe('The provider took the refund on: the money has left our balance there.'),
  RefundAdopted: z
    .strictObject({ at, refundId, providerRefundId: z.string(), amount: storedMoney })
    .describe('A refund that was made at the provider, outside Counterfoil, was found.'),
  RefundSucceeded: z
    .strictObject({ at, refundId })
    .describe('The provider reports that the customer has the money.'),
  RefundFailed: z
    .strictObject({ at, refundId, amount: storedMoney, failureReason: z.string() })
    .describe('The money came back to our balance; this can happen days after the refund succeeded.'),
  RefundCancelRequested: z
    .strictObject({ at, refundId })
    .describe("The provider is to be asked to cancel the refund, under this event's id."),
  RefundCancelRefused: z
    .strictObject({ at, refundId, ...refusal })
    .describe('The provider definitely did not cancel the refund, which goes on as before.'),
  RefundCanceled: z
    .strictObject({ at, refundId, amount: storedMoney })
    .describe('The refund was called off and the money came back to our balance.'),
  PaymentKeptAsCredit: z
    .strictObject({
      at,
      creditId: storedId(parseCreditId),
      amount: storedMoney,
      cause: z.enum(keptCauses),
    })
    .describe(
      'This much is owed to the customer and becomes credit, whose grant follows; it can be refunded no more.',
    ),
  PaymentCreditRefunded: z
    .strictObject({ at, creditId: storedId(parseCreditId), amount: storedMoney })
    .describe(
      'The money behind this much of such a credit was refunded at the provider, outside Counterfoil.',
    ),
  DisputeOpened: z
    .strictObject({
      at,
      providerDisputeId,
      amount: storedMoney,
      disputeReason: z.string(),
      stage: z.enum(['inquiry', 'dispute']),
      evidenceDueBy: storedInstant.nullable(),
    })
    .describe(
      "The customer's bank asks about the payment, which is an inquiry, or takes it back, which is a dispute. The amount may be more than was captured.",
    ),
  DisputeEscalated: z
    .strictObject({ at, providerDisputeId, amount: storedMoney, evidenceDueBy: storedInstant.nullable() })
    .describe('The inquiry became a dispute.'),
  DisputeFundsWithdrawn: z
    .strictObject({ at, ...disputedFunds })
    .describe('The dispute took this of our balance at the provider, with a fee.'),
  DisputeFundsReinstated: z
    .strictObject({ at, ...disputedFunds })
    .describe(
      'What a dispute had taken came back to our balance at the provider; a fee below zero came back with it.',
    ),
  DisputeAnswered: z
    .strictObject({ at, providerDisputeId })
    .describe('Evidence was handed in at the provider, and the bank looks at it.'),
  DisputeClosed: z
    .strictObject({ at, providerDisputeId, amount: storedMoney, outcome: z.enum(disputeOutcomes) })
    .describe(
      'The bank has decided, or the inquiry ended. What was taken and what came back are facts of their own.',
    ),
});
