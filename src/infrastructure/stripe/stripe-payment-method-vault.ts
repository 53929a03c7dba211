import type { Logger } from '../../application/ports/logger.js';
import type { ProviderAnswer } from '../../application/ports/payment-gateway.js';
import type {
  PaymentMethodVault,
  ProviderCustomer,
  ProviderPaymentMethod,
  ProviderSetup,
} from '../../application/ports/payment-method-vault.js';
import type { CallRate } from './call-rate.js';
import type { Within } from './provider-request.js';
import { askProvider, deadlineOf, fetchFromProvider } from './provider-request.js';
import type { OnStripeCall } from './rate-limited-http-client.js';
import type { StripeConnection } from './stripe-client.js';
import { connectToStripe } from './stripe-client.js';
import { findCustomerOfAttempt, findSetupOfAttempt, listMethods } from './stripe-lookups.js';
import type { StripeGatewayOptions } from './stripe-payment-gateway.js';
import { metadataKeys } from './stripe-snapshots.js';
import { readCustomer, readMethod, readMethods, readSetup } from './stripe-vault-objects.js';

type StripeVaultOptions = Omit<StripeGatewayOptions, 'rateLimit'> & {
  /** The payment gateway's: Stripe counts the calls of the account, whatever they are about. */
  readonly callRate?: CallRate | null;
  readonly onCall?: OnStripeCall;
};

/** Keeps payment methods at Stripe: customers, setup intents and what is attached by them. */
export class StripePaymentMethodVault implements PaymentMethodVault {
  readonly #stripe: StripeConnection;
  readonly #logger: Logger;
  readonly #within: Within;
  readonly #clock: () => number;

  constructor(options: StripeVaultOptions) {
    const { secretKey, apiBase, timeoutMs = 8_000, clock = Date.now, httpClient, callRate = null } = options;
    this.#stripe = connectToStripe({
      secretKey,
      apiBase,
      timeoutMs,
      rate: callRate,
      onCall: options.onCall,
      ...(httpClient === undefined ? {} : { httpClient }),
    });
    this.#logger = options.logger;
    this.#within = deadlineOf(timeoutMs);
    this.#clock = clock;
  }

  async createCustomer(
    request: Parameters<PaymentMethodVault['createCustomer']>[0],
    idempotencyKey: string,
  ): Promise<ProviderAnswer<ProviderCustomer>> {
    const { customerId, requestedAt } = request;
    const { client } = this.#stripe;
    const own = { [metadataKeys.customer]: customerId, [metadataKeys.attempt]: idempotencyKey };
    return askProvider<ProviderCustomer>(
      {
        about: { operation: 'create_customer', customer: customerId, key: idempotencyKey },
        requestedAt,
        call: () => client.customers.create({ metadata: own }, { idempotencyKey }),
        read: this.#readCustomer,
        readDeclined: () => undefined,
        find: () => findCustomerOfAttempt(client, idempotencyKey, requestedAt),
        reread: ({ providerCustomerId }) => client.customers.retrieve(providerCustomerId),
      },
      this.#within,
      this.#clock,
      this.#logger,
    );
  }

  async createSetup(
    request: Parameters<PaymentMethodVault['createSetup']>[0],
    idempotencyKey: string,
  ): Promise<ProviderAnswer<ProviderSetup>> {
    const { customerId, providerCustomerId, setupId, usage, requestedAt } = request;
    const { client } = this.#stripe;
    return askProvider<ProviderSetup>(
      {
        about: { operation: 'create_setup', setup: setupId, key: idempotencyKey },
        requestedAt,
        call: () =>
          client.setupIntents.create(
            {
              customer: providerCustomerId,
              usage,
              // Kinds that need a page to return to are left out, as for payments.
              automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
              metadata: {
                [metadataKeys.customer]: customerId,
                [metadataKeys.setup]: setupId,
                [metadataKeys.attempt]: idempotencyKey,
              },
            },
            { idempotencyKey },
          ),
        read: this.#readSetup,
        readDeclined: () => undefined,
        find: () => findSetupOfAttempt(client, providerCustomerId, idempotencyKey),
        reread: ({ setupIntentId }) => client.setupIntents.retrieve(setupIntentId),
      },
      this.#within,
      this.#clock,
      this.#logger,
    );
  }

  async detach(
    request: Parameters<PaymentMethodVault['detach']>[0],
    idempotencyKey: string,
  ): Promise<ProviderAnswer<ProviderPaymentMethod>> {
    const { paymentMethodId, requestedAt } = request;
    const { paymentMethods } = this.#stripe.client;
    const answer = await askProvider<ProviderPaymentMethod>(
      {
        about: { operation: 'detach', method: paymentMethodId, key: idempotencyKey },
        requestedAt,
        call: () => paymentMethods.detach(paymentMethodId, {}, { idempotencyKey }),
        read: this.#readMethod,
        readDeclined: () => undefined,
        find: async () => {
          const method = await paymentMethods.retrieve(paymentMethodId);
          return method.customer === null ? method : undefined;
        },
        reread: () => paymentMethods.retrieve(paymentMethodId),
      },
      this.#within,
      this.#clock,
      this.#logger,
    );
    if (answer.outcome !== 'refused') return answer;
    // Stripe refuses to detach what is of nobody, and gives no code for it. Then what was asked for is so already.
    const now = await this.fetchMethod(paymentMethodId);
    return now.outcome === 'answered' && now.value.providerCustomerId === null ? now : answer;
  }

  fetchCustomer(providerCustomerId: string): Promise<ProviderAnswer<ProviderCustomer>> {
    return fetchFromProvider(
      {
        about: { operation: 'fetch_customer', provider_customer: providerCustomerId },
        call: () => this.#stripe.client.customers.retrieve(providerCustomerId),
        read: this.#readCustomer,
      },
      this.#within,
      this.#logger,
    );
  }

  fetchSetup(setupIntentId: string): Promise<ProviderAnswer<ProviderSetup>> {
    return fetchFromProvider(
      {
        about: { operation: 'fetch_setup', setup_intent: setupIntentId },
        call: () => this.#stripe.client.setupIntents.retrieve(setupIntentId),
        read: this.#readSetup,
      },
      this.#within,
      this.#logger,
    );
  }

  fetchMethod(paymentMethodId: string): Promise<ProviderAnswer<ProviderPaymentMethod>> {
    return fetchFromProvider(
      {
        about: { operation: 'fetch_method', method: paymentMethodId },
        call: () => this.#stripe.client.paymentMethods.retrieve(paymentMethodId),
        read: this.#readMethod,
      },
      this.#within,
      this.#logger,
    );
  }

  listMethods(providerCustomerId: string): Promise<ProviderAnswer<readonly ProviderPaymentMethod[]>> {
    return fetchFromProvider(
      {
        about: { operation: 'list_methods', provider_customer: providerCustomerId },
        call: () => listMethods(this.#stripe.client, providerCustomerId),
        read: (objects) => readMethods(objects, this.#stripe.livemode),
      },
      this.#within,
      this.#logger,
    );
  }

  /** Lets go of idle connections; calls under way go on. */
  close(): void {
    this.#stripe.close();
  }

  readonly #readCustomer = (object: unknown) => readCustomer(object, this.#stripe.livemode);
  readonly #readSetup = (object: unknown) => readSetup(object, this.#stripe.livemode);
  readonly #readMethod = (object: unknown) => readMethod(object, this.#stripe.livemode);
}
