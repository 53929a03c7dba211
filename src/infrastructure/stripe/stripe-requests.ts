import type { Stripe } from 'stripe';
import type { ConfirmRequest, PaymentGateway } from '../../application/ports/payment-gateway.js';
import { metadataKeys } from './stripe-snapshots.js';

/**
 * The parameters of each request, from nothing but the request: Stripe compares them byte for byte when a key is used
 * again, so neither a clock nor anything that changes with a new release of ours may enter here without need.
 */
const withBalance = ['latest_charge.balance_transaction'];

/**
 * Creates the intent and confirms it in one call. `allow_redirects: never` leaves out payment methods that need a
 * `return_url`; 3-D Secure still works, through Stripe's browser library (`next_action.type` `use_stripe_sdk`).
 * `capture_method` is always sent: with Stripe's default, `automatic_async`, the fee is not known in the answer.
 */
export function createParams(
  request: ConfirmRequest,
  amount: number,
  attempt: string,
): Stripe.PaymentIntentCreateParams {
  const { customerId, orderId, description, payer } = request;
  return {
    amount,
    currency: request.amount.currency.toLowerCase(),
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    capture_method: request.captureMethod,
    confirm: true,
    payment_method: request.paymentMethod,
    ...(payer === null ? {} : { customer: payer.providerCustomerId }),
    ...away(payer),
    ...(description === null || description === '' ? {} : { description }),
    metadata: {
      [metadataKeys.payment]: request.paymentId,
      [metadataKeys.attempt]: attempt,
      ...(customerId === null ? {} : { [metadataKeys.customer]: customerId }),
      ...(orderId === null ? {} : { [metadataKeys.order]: orderId }),
    },
    expand: withBalance,
  };
}

export function confirmParams(request: ConfirmRequest): Stripe.PaymentIntentConfirmParams {
  return { payment_method: request.paymentMethod, ...away(request.payer), expand: withBalance };
}

function away(payer: ConfirmRequest['payer']): { readonly off_session?: true } {
  return payer?.offSession === true ? { off_session: true } : {};
}

/** One capture ends an authorization: what it does not take is released. */
export function captureParams(amount: number): Stripe.PaymentIntentCaptureParams {
  return { amount_to_capture: amount, expand: withBalance };
}

export const cancelParams: Stripe.PaymentIntentCancelParams = { expand: withBalance };

export function refundParams(
  request: Parameters<PaymentGateway['refund']>[0],
  amount: number,
): Stripe.RefundCreateParams {
  return {
    payment_intent: request.intentId,
    amount,
    ...(request.refundReason === null ? {} : { reason: request.refundReason }),
    metadata: { [metadataKeys.payment]: request.paymentId, [metadataKeys.refund]: request.refundId },
  };
}

export const retrieveParams: Stripe.PaymentIntentRetrieveParams = { expand: withBalance };
