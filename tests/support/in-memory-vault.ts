import type { ProviderAnswer } from '../../src/application/ports/payment-gateway.js';
import type {
  PaymentMethodVault,
  ProviderCustomer,
  ProviderPaymentMethod,
  ProviderSetup,
} from '../../src/application/ports/payment-method-vault.js';

/** A provider's vault in memory: each key is carried out once, and a test plays the customer. */
export class InMemoryVault implements PaymentMethodVault {
  readonly calls: string[] = [];
  /** Set to make every call end like this. */
  outage: 'unknown' | 'refused' | undefined;
  readonly customers = new Map<string, ProviderCustomer>();
  readonly setups = new Map<string, ProviderSetup & { readonly providerCustomerId: string }>();
  readonly methods = new Map<string, ProviderPaymentMethod>();
  readonly #byKey = new Map<string, string>();

  async createCustomer(
    ...[{ customerId }, key]: Parameters<PaymentMethodVault['createCustomer']>
  ): Promise<ProviderAnswer<ProviderCustomer>> {
    this.calls.push(`create customer ${key}`);
    return this.#once(key, this.customers, () => {
      const providerCustomerId = `cus_atProvider${this.customers.size + 1}`;
      return [providerCustomerId, { providerCustomerId, customer: customerId, deleted: false }];
    });
  }

  async createSetup(
    ...[{ providerCustomerId }, key]: Parameters<PaymentMethodVault['createSetup']>
  ): Promise<ProviderAnswer<ProviderSetup>> {
    this.calls.push(`create setup ${key}`);
    if (!this.customers.has(providerCustomerId)) return this.#answer<ProviderSetup>(undefined);
    return this.#once(key, this.setups, () => {
      const setupIntentId = `seti_${this.setups.size + 1}`;
      const action = { clientSecret: `${setupIntentId}_secret_1`, redirectUrl: null };
      const open = { status: 'requires_payment_method', declined: null, paymentMethodId: null } as const;
      return [setupIntentId, { setupIntentId, ...open, action, providerCustomerId }];
    });
  }

  async detach(
    ...[{ paymentMethodId }, key]: Parameters<PaymentMethodVault['detach']>
  ): Promise<ProviderAnswer<ProviderPaymentMethod>> {
    this.calls.push(`detach ${key}`);
    const method = this.methods.get(paymentMethodId);
    if (this.outage === undefined && method !== undefined) {
      this.methods.set(paymentMethodId, { ...method, providerCustomerId: null });
    }
    return this.#answer(this.methods.get(paymentMethodId));
  }

  async fetchCustomer(id: string): Promise<ProviderAnswer<ProviderCustomer>> {
    return this.#answer(this.customers.get(id));
  }

  async fetchSetup(id: string): Promise<ProviderAnswer<ProviderSetup>> {
    return this.#answer(this.setups.get(id));
  }

  async fetchMethod(id: string): Promise<ProviderAnswer<ProviderPaymentMethod>> {
    return this.#answer(this.methods.get(id));
  }

  async listMethods(id: string): Promise<ProviderAnswer<readonly ProviderPaymentMethod[]>> {
    return this.#answer(
      [...this.methods.values()].filter(({ providerCustomerId }) => providerCustomerId === id),
    );
  }

  /** The customer finishes a setup with a card. */
  finish(setupIntentId: string, paymentMethodId: string, last4 = '4242'): void {
    const setup = this.setups.get(setupIntentId);
    if (setup === undefined) throw new TypeError(`there is no ${setupIntentId}`);
    this.setups.set(setupIntentId, { ...setup, status: 'succeeded', paymentMethodId, action: null });
    this.attach(paymentMethodId, setup.providerCustomerId, last4);
  }

  attach(paymentMethodId: string, providerCustomerId: string | null, last4 = '4242', expYear = 2030): void {
    this.methods.set(paymentMethodId, {
      paymentMethodId,
      providerCustomerId,
      kind: 'card',
      details: { brand: 'visa', last4, expMonth: 12, expYear, funding: 'credit', country: 'US' },
    });
  }

  #once<T>(key: string, kept: Map<string, T>, make: () => readonly [string, T]): ProviderAnswer<T> {
    const known = this.#byKey.get(key);
    if (known !== undefined || this.outage !== undefined) return this.#answer(kept.get(known ?? ''));
    const [id, made] = make();
    this.#byKey.set(key, id);
    kept.set(id, made);
    return this.#answer(made);
  }

  #answer<T>(value: T | undefined): ProviderAnswer<T> {
    if (this.outage === 'unknown') return { outcome: 'unknown', reason: 'timeout', retryAfterMs: null };
    if (this.outage === 'refused' || value === undefined) {
      return { outcome: 'refused', refusal: { code: 'resource_missing', message: 'No.' }, final: false };
    }
    return { outcome: 'answered', value };
  }
}
