import type { Stripe } from 'stripe';
import type { VerifiedWebhook } from '../../application/ports/inbound-webhooks.js';
import type { Logger } from '../../application/ports/logger.js';
import type {
  ConfirmRequest,
  CustomerAction,
  PaymentGateway,
  ProviderAnswer,
} from '../../application/ports/payment-gateway.js';
import type { ProviderEvents } from '../../application/ports/provider-events.js';
import type {
  DisputeSnapshot,
  IntentSnapshot,
  RefundSnapshot,
  Refusal,
} from '../../domain/payment/intent.js';
import type { Currency } from '../../domain/shared/currency.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { Money } from '../../domain/shared/money.js';
import type { StripeRateLimit } from './call-rate.js';
import { CallRate } from './call-rate.js';
import type { Within } from './provider-request.js';
import { askProvider, deadlineOf, fetchFromProvider } from './provider-request.js';
import type { OnStripeCall } from './rate-limited-http-client.js';
import { refuseStripeAmount, stripeStep, toStripeAmount } from './stripe-amounts.js';
import type { StripeConnection } from './stripe-client.js';
import { connectToStripe } from './stripe-client.js';
import { readDispute } from './stripe-disputes.js';
import { findIntentOfAttempt, findRefund, listRefunds } from './stripe-lookups.js';
import {
  cancelParams,
  captureParams,
  confirmParams,
  createParams,
  refundParams,
  retrieveParams,
} from './stripe-requests.js';
import type { Reading } from './stripe-snapshots.js';
import { readIntent, readRefund, readRefunds } from './stripe-snapshots.js';

export type StripeGatewayOptions = {
  readonly secretKey: string;
  /** Origin of a stand-in such as `http://127.0.0.1:4010`; null for Stripe itself. */
  readonly apiBase: string | null;
  /** How long one call may take altogether. */
  readonly timeoutMs?: number;
  readonly logger: Logger;
  /** Milliseconds since 1970; only ages of requests are computed from it. */
  readonly clock?: () => number;
  /** Carries the requests in place of Node's own client. */
  readonly httpClient?: Stripe.HttpClient;
  /** Stripe's limit for this process; null sends every call at once. */
  readonly rateLimit?: StripeRateLimit | null;
  readonly onCall?: OnStripeCall;
};

const underWayOrDone: readonly string[] = [
  'requires_action',
  'processing',
  'requires_capture',
  'succeeded',
  'canceled',
];
const ended: readonly string[] = ['succeeded', 'canceled'];
const endedRefund: readonly string[] = ['succeeded', 'failed', 'canceled'];

/** Takes payments through Stripe's payment intents. */
export class StripePaymentGateway implements PaymentGateway, ProviderEvents {
  /** Stripe lists the events of thirty days; the hour is for the time that listing takes. */
  readonly keptMs = 30 * 24 * 3_600_000 - 3_600_000;
  /** Null where every call is sent at once. */
  readonly callRate: CallRate | null;
  readonly #stripe: StripeConnection;
  readonly #logger: Logger;
  readonly #within: Within;
  readonly #clock: () => number;

  constructor(options: StripeGatewayOptions) {
    const { secretKey, apiBase, timeoutMs = 8_000, clock = Date.now, httpClient, rateLimit = null } = options;
    this.callRate = rateLimit === null ? null : new CallRate(rateLimit, timeoutMs / 2);
    this.#stripe = connectToStripe({
      secretKey,
      apiBase,
      timeoutMs,
      rate: this.callRate,
      onCall: options.onCall,
      ...(httpClient === undefined ? {} : { httpClient }),
    });
    this.#logger = options.logger;
    this.#within = deadlineOf(timeoutMs);
    this.#clock = clock;
  }

  async confirm(request: ConfirmRequest, idempotencyKey: string): Promise<ProviderAnswer<IntentSnapshot>> {
    const { intentId, requestedAt } = request;
    const { paymentIntents } = this.#stripe.client;
    const refusal = this.refuseAmount(request.amount, 'charge');
    const amount = toStripeAmount(request.amount);
    if (refusal !== null || amount === undefined) return unsendable(refusal);
    const about = { operation: 'confirm', payment: request.paymentId, key: idempotencyKey };
    if (intentId === null) {
      return this.#askForIntent({
        about,
        requestedAt,
        call: () => paymentIntents.create(createParams(request, amount, idempotencyKey), { idempotencyKey }),
        find: async () => {
          const intent = await findIntentOfAttempt(this.#stripe.client, idempotencyKey, requestedAt, {});
          // An intent that was created and not confirmed has no outcome, and will have none.
          const tried =
            intent && (underWayOrDone.includes(intent.status) || intent.last_payment_error !== null);
          return tried ? intent : undefined;
        },
      });
    }
    return this.#askForIntent({
      about: { ...about, intent: intentId },
      requestedAt,
      call: () => paymentIntents.confirm(intentId, confirmParams(request), { idempotencyKey }),
      find: () => this.#intentIfIn(intentId, underWayOrDone),
    });
  }

  async capture(
    request: Parameters<PaymentGateway['capture']>[0],
    idempotencyKey: string,
  ): Promise<ProviderAnswer<IntentSnapshot>> {
    const { intentId, requestedAt } = request;
    const amount = toStripeAmount(request.amount);
    if (amount === undefined) return unsendable(this.refuseAmount(request.amount, 'charge'));
    return this.#askForIntent({
      about: { operation: 'capture', intent: intentId, key: idempotencyKey },
      requestedAt,
      call: () =>
        this.#stripe.client.paymentIntents.capture(intentId, captureParams(amount), { idempotencyKey }),
      find: () => this.#intentIfIn(intentId, ended),
    });
  }

  async cancel(
    request: Parameters<PaymentGateway['cancel']>[0],
    idempotencyKey: string,
  ): Promise<ProviderAnswer<IntentSnapshot>> {
    const { intentId, requestedAt } = request;
    return this.#askForIntent({
      about: { operation: 'cancel', intent: intentId, key: idempotencyKey },
      requestedAt,
      call: () => this.#stripe.client.paymentIntents.cancel(intentId, cancelParams, { idempotencyKey }),
      find: () => this.#intentIfIn(intentId, ended),
    });
  }

  async refund(
    request: Parameters<PaymentGateway['refund']>[0],
    idempotencyKey: string,
  ): Promise<ProviderAnswer<RefundSnapshot>> {
    const { intentId, refundId, requestedAt } = request;
    const amount = toStripeAmount(request.amount);
    if (amount === undefined) return unsendable(this.refuseAmount(request.amount, 'refund'));
    return askProvider<RefundSnapshot>(
      {
        about: { operation: 'refund', intent: intentId, refund: refundId, key: idempotencyKey },
        requestedAt,
        call: () => this.#stripe.client.refunds.create(refundParams(request, amount), { idempotencyKey }),
        read: readRefund,
        readDeclined: () => undefined,
        find: () => findRefund(this.#stripe.client, intentId, refundId, {}),
        reread: ({ providerRefundId }) => this.#stripe.client.refunds.retrieve(providerRefundId),
      },
      this.#within,
      this.#clock,
      this.#logger,
    );
  }

  async cancelRefund(
    request: Parameters<PaymentGateway['cancelRefund']>[0],
    idempotencyKey: string,
  ): Promise<ProviderAnswer<RefundSnapshot>> {
    const { providerRefundId, requestedAt } = request;
    const { refunds } = this.#stripe.client;
    const answer = await askProvider<RefundSnapshot>(
      {
        about: { operation: 'cancel_refund', refund: providerRefundId, key: idempotencyKey },
        requestedAt,
        call: () => refunds.cancel(providerRefundId, {}, { idempotencyKey }),
        read: readRefund,
        readDeclined: () => undefined,
        find: async () => {
          const refund = await refunds.retrieve(providerRefundId);
          return endedRefund.includes(refund.status ?? '') ? refund : undefined;
        },
        reread: () => refunds.retrieve(providerRefundId),
      },
      this.#within,
      this.#clock,
      this.#logger,
    );
    if (answer.outcome !== 'refused') return answer;
    // One that was over when the request came is refused too, under no code that Stripe publishes: the refund tells.
    const now = await this.fetchRefund(providerRefundId);
    if (now.outcome === 'unknown') return now;
    return now.outcome === 'answered' && endedRefund.includes(now.value.status) ? now : answer;
  }

  async fetchIntent(intentId: string): Promise<ProviderAnswer<IntentSnapshot>> {
    return fetchFromProvider(
      {
        about: { operation: 'fetch_intent', intent: intentId },
        call: () => this.#stripe.client.paymentIntents.retrieve(intentId, retrieveParams),
        read: this.#readIntent,
      },
      this.#within,
      this.#logger,
    );
  }

  async fetchRefund(providerRefundId: string): Promise<ProviderAnswer<RefundSnapshot>> {
    return fetchFromProvider(
      {
        about: { operation: 'fetch_refund', refund: providerRefundId },
        call: () => this.#stripe.client.refunds.retrieve(providerRefundId),
        read: readRefund,
      },
      this.#within,
      this.#logger,
    );
  }

  async fetchDispute(providerDisputeId: string): Promise<ProviderAnswer<DisputeSnapshot>> {
    return fetchFromProvider(
      {
        about: { operation: 'fetch_dispute', dispute: providerDisputeId },
        call: () => this.#stripe.client.disputes.retrieve(providerDisputeId),
        read: (object) => readDispute(object, this.#stripe.livemode),
      },
      this.#within,
      this.#logger,
    );
  }

  async listRefunds(intentId: string): Promise<ProviderAnswer<readonly RefundSnapshot[]>> {
    return fetchFromProvider(
      {
        about: { operation: 'list_refunds', intent: intentId },
        call: () => listRefunds(this.#stripe.client, intentId),
        read: readRefunds,
      },
      this.#within,
      this.#logger,
    );
  }

  async fetchAction(intentId: string): Promise<CustomerAction | null> {
    try {
      const intent = await this.#within(this.#stripe.client.paymentIntents.retrieve(intentId));
      if (intent.status !== 'requires_action' || intent.client_secret === null) return null;
      return {
        clientSecret: intent.client_secret,
        redirectUrl: intent.next_action?.redirect_to_url?.url ?? null,
      };
    } catch (error) {
      const fields = { intent: intentId, err: error instanceof Error ? error.message : String(error) };
      this.#logger.warn(fields, 'what the customer must do could not be fetched from Stripe');
      return null;
    }
  }

  async *listEvents(from: Instant, to: Instant): AsyncGenerator<VerifiedWebhook> {
    const created = { gte: Math.floor(Date.parse(from) / 1_000), lte: Math.floor(Date.parse(to) / 1_000) };
    for await (const event of this.#stripe.client.events.list({ created, limit: 100 })) {
      const { id, type, api_version: apiVersion, livemode } = event;
      yield { id, type, apiVersion, livemode, objectId: null, payload: JSON.stringify(event) };
    }
  }

  refuseAmount(amount: Money, operation: 'charge' | 'refund'): Refusal | null {
    return refuseStripeAmount(amount, operation);
  }

  stepOf(currency: Currency): bigint {
    return stripeStep(currency);
  }

  /** Lets go of idle connections; calls under way go on. */
  close(): void {
    this.#stripe.close();
  }

  #askForIntent(
    request: Pick<
      Parameters<typeof askProvider<IntentSnapshot>>[0],
      'about' | 'requestedAt' | 'call' | 'find'
    >,
  ): Promise<ProviderAnswer<IntentSnapshot>> {
    return askProvider<IntentSnapshot>(
      {
        ...request,
        read: this.#readIntent,
        readDeclined: (object) => (object === null ? undefined : this.#readIntent(object)),
        reread: ({ intentId }) => this.#stripe.client.paymentIntents.retrieve(intentId, retrieveParams),
      },
      this.#within,
      this.#clock,
      this.#logger,
    );
  }

  async #intentIfIn(
    intentId: string,
    statuses: readonly string[],
  ): Promise<Stripe.PaymentIntent | undefined> {
    const intent = await this.#stripe.client.paymentIntents.retrieve(intentId, retrieveParams);
    return statuses.includes(intent.status) ? intent : undefined;
  }

  readonly #readIntent = (object: unknown): Reading<IntentSnapshot> =>
    readIntent(object, this.#stripe.livemode);
}

function unsendable(refusal: Refusal | null): ProviderAnswer<never> {
  const unspecific = { code: 'amount_not_supported', message: 'Stripe cannot express this amount.' };
  return { outcome: 'refused', refusal: refusal ?? unspecific, final: true };
}
