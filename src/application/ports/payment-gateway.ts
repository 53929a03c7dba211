import type { CaptureMethod, Payer } from '../../domain/payment/events.js';
import type {
  DisputeSnapshot,
  IntentSnapshot,
  RefundSnapshot,
  Refusal,
} from '../../domain/payment/intent.js';
import type { Currency } from '../../domain/shared/currency.js';
import type { CustomerId, OrderId, PaymentId, RefundId } from '../../domain/shared/ids.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { Money } from '../../domain/shared/money.js';
import type { RefundReason } from '../../domain/shared/refund-reason.js';

/**
 * What came of a call to the provider.
 * - `answered`: the call was carried out and this is the resulting state; a declined card is an answer.
 * - `refused`: definitely not carried out, and asking again will not help. `final` when no other payment method would
 *   help either.
 * - `unknown`: it may or may not have been carried out, or not yet. Only asking again with the same key tells.
 */
export type ProviderAnswer<T> =
  | { readonly outcome: 'answered'; readonly value: T }
  | { readonly outcome: 'refused'; readonly refusal: Refusal; readonly final: boolean }
  | {
      readonly outcome: 'unknown';
      /** For the log and the operator: `timeout`, `connection`, `server_error`, `rate_limited`, `no_turn`, `in_flight`, ... */
      readonly reason: string;
      /** Set when the provider said how long to wait. */
      readonly retryAfterMs: number | null;
    };

/**
 * When the request was recorded. Providers forget idempotency keys after a day, so an older request is never sent: what
 * came of it is looked up, and one that left no trace is refused with `request_expired`.
 */
export type Recorded = { readonly requestedAt: Instant };

export type ConfirmRequest = Recorded & {
  readonly paymentId: PaymentId;
  readonly amount: Money;
  readonly captureMethod: CaptureMethod;
  readonly customerId: CustomerId | null;
  readonly orderId: OrderId | null;
  readonly description: string | null;
  readonly paymentMethod: string;
  /** Null where the provider does not know the customer. Off session, a wish of the bank to authenticate is a decline. */
  readonly payer: Payer | null;
  /** Null for the first attempt, which creates the intent and confirms it in one call. */
  readonly intentId: string | null;
};

/**
 * The payment provider. Every call that can move money takes an `idempotencyKey`: the same key with the same request
 * is carried out at most once, however often it is sent within 24 hours. No method throws for what the
 * provider or the network does; each call ends within its own deadline.
 */
export interface PaymentGateway {
  confirm(request: ConfirmRequest, idempotencyKey: string): Promise<ProviderAnswer<IntentSnapshot>>;

  /** Takes `amount` of an authorization and releases the rest. An intent that was captured already is an answer. */
  capture(
    request: Recorded & { readonly intentId: string; readonly amount: Money },
    idempotencyKey: string,
  ): Promise<ProviderAnswer<IntentSnapshot>>;

  cancel(
    request: Recorded & { readonly intentId: string },
    idempotencyKey: string,
  ): Promise<ProviderAnswer<IntentSnapshot>>;

  refund(
    request: Recorded & {
      readonly refundId: RefundId;
      readonly paymentId: PaymentId;
      readonly intentId: string;
      readonly amount: Money;
      readonly refundReason: RefundReason | null;
    },
    idempotencyKey: string,
  ): Promise<ProviderAnswer<RefundSnapshot>>;

  /** Stops a refund that the provider took on, where it still can; one that is over is an answer. */
  cancelRefund(
    request: Recorded & { readonly providerRefundId: string },
    idempotencyKey: string,
  ): Promise<ProviderAnswer<RefundSnapshot>>;

  /** The intent as it is now. */
  fetchIntent(intentId: string): Promise<ProviderAnswer<IntentSnapshot>>;

  /** The refund as it is now. */
  fetchRefund(providerRefundId: string): Promise<ProviderAnswer<RefundSnapshot>>;

  /** The dispute as it is now, with all that it did to our balance. */
  fetchDispute(providerDisputeId: string): Promise<ProviderAnswer<DisputeSnapshot>>;

  /** Every refund of an intent as it is now, those made outside included. */
  listRefunds(intentId: string): Promise<ProviderAnswer<readonly RefundSnapshot[]>>;

  /**
   * What the customer's browser needs while it must act; null when the provider does not answer or none is due.
   * @param revision of the payment that is looked at; what is known for it need not be asked again
   */
  fetchAction(intentId: string, revision: bigint): Promise<CustomerAction | null>;

  /**
   * Why the provider would not move this amount at all (below or above its limits for a charge, a currency it does not
   * take, a precision it does not keep); null when it would. Decided here, without a call.
   */
  refuseAmount(amount: Money, operation: 'charge' | 'refund'): Refusal | null;

  /** Amounts of this currency are whole multiples of so many minor units, or the provider cannot carry them; often 1. */
  stepOf(currency: Currency): bigint;
}

export type CustomerAction = {
  readonly clientSecret: string;
  /** Where to send the customer for 3-D Secure; null when the provider's browser library handles it. */
  readonly redirectUrl: string | null;
};
