import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Instant } from '../../src/domain/shared/instant.js';
import { StripePaymentMethodVault } from '../../src/infrastructure/stripe/stripe-payment-method-vault.js';
import type { Stripe } from '../integration/stripe/simulator-control.js';
import { instantNow, startStripe } from '../integration/stripe/simulator-control.js';
import { newCustomerId, newSetupId } from '../support/customer-examples.js';
import { InMemoryVault } from '../support/in-memory-vault.js';
import { answered } from './payment-gateway.contract.js';
import type { VaultInUse } from './payment-method-vault.contract.js';
import { paymentMethodVaultContract } from './payment-method-vault.contract.js';

describe('the vault in memory', () => {
  const vault = new InMemoryVault();
  const inUse: VaultInUse = {
    vault,
    async finishSetup(setupIntentId) {
      vault.finish(setupIntentId, `pm_${randomUUID()}`);
    },
    async deleteCustomer(providerCustomerId) {
      vault.customers.set(providerCustomerId, { providerCustomerId, customer: null, deleted: true });
    },
  };
  paymentMethodVaultContract(() => inUse);
});

describe('the vault at Stripe, through the official SDK', () => {
  let stripe: Stripe;
  let vault: StripePaymentMethodVault;
  const vaultOf = (more: { readonly clock?: () => number; readonly timeoutMs?: number } = {}) =>
    new StripePaymentMethodVault({
      secretKey: 'sk_test_contract',
      apiBase: stripe.simulator.url,
      timeoutMs: 20_000,
      logger: stripe.logger,
      ...more,
    });
  beforeAll(async () => {
    stripe = await startStripe();
    vault = vaultOf();
  });
  afterAll(async () => {
    vault.close();
    await stripe.close();
  });

  const asStripe = (method: string, path: string) =>
    fetch(`${stripe.simulator.url}${path}`, {
      method,
      headers: { authorization: 'Bearer sk_test_contract' },
    });

  paymentMethodVaultContract(() => ({
    vault,
    async finishSetup(setupIntentId) {
      await stripe.post(`/sim/setup_intents/${setupIntentId}/confirm`, { payment_method: 'pm_card_visa' });
    },
    async deleteCustomer(providerCustomerId) {
      await asStripe('DELETE', `/v1/customers/${providerCustomerId}`);
    },
  }));

  const requestedAt = (): { readonly requestedAt: Instant } => ({ requestedAt: instantNow() });
  const customer = async () => {
    const customerId = newCustomerId();
    const made = await vault.createCustomer({ customerId, ...requestedAt() }, randomUUID());
    return { customerId, providerCustomerId: answered(made).providerCustomerId };
  };
  const count = async (kind: string) => (await stripe.counts())[kind] ?? 0;

  it('is unknown when the answer is lost, and the same key finds what was made', async () => {
    const request = { customerId: newCustomerId(), ...requestedAt() };
    const key = randomUUID();
    const before = await count('customer');
    await stripe.next('lose_answer', 'customers.create', { times: 2 });
    expect(await vault.createCustomer(request, key)).toMatchObject({ outcome: 'unknown' });
    expect(answered(await vault.createCustomer(request, key)).customer).toBe(request.customerId);
    expect((await count('customer')) - before).toBe(1);
  });

  it.each([
    ['rate_limit', 'rate_limited'],
    ['lock_timeout', 'rate_limited'],
    ['error_500_before', 'server_error'],
  ])('is unknown after %s, and asked again', async (behaviour, reason) => {
    const request = {
      ...(await customer()),
      setupId: newSetupId(),
      usage: 'off_session',
      ...requestedAt(),
    } as const;
    const key = randomUUID();
    await stripe.next(behaviour, 'setup_intents.create');
    expect(await vault.createSetup(request, key)).toMatchObject({ outcome: 'unknown', reason });
    expect(answered(await vault.createSetup(request, key)).status).toBe('requires_payment_method');
  });

  it('looks a request up that is older than its key, and does not send it', async () => {
    const owner = await customer();
    const request = { ...owner, setupId: newSetupId(), usage: 'off_session', ...requestedAt() } as const;
    const [sent, never] = [randomUUID(), randomUUID()];
    const first = answered(await vault.createSetup(request, sent));
    const before = await count('setup_intent');
    const dayLater = vaultOf({ clock: () => Date.now() + 24 * 3_600_000 });
    expect(answered(await dayLater.createSetup(request, sent)).setupIntentId).toBe(first.setupIntentId);
    expect(await dayLater.createSetup(request, never)).toMatchObject({
      outcome: 'refused',
      refusal: { code: 'request_expired' },
    });
    const found = await dayLater.createCustomer({ customerId: owner.customerId, ...requestedAt() }, never);
    expect(found).toMatchObject({ outcome: 'refused', refusal: { code: 'request_expired' } });
    expect(await count('setup_intent')).toBe(before);
    dayLater.close();
  });

  it('finds a customer that an old request made', async () => {
    const request = { customerId: newCustomerId(), ...requestedAt() };
    const key = randomUUID();
    const first = answered(await vault.createCustomer(request, key));
    const dayLater = vaultOf({ clock: () => Date.now() + 24 * 3_600_000 });
    expect(answered(await dayLater.createCustomer(request, key))).toEqual(first);
    dayLater.close();
  });

  it('is told nothing of a person', async () => {
    await customer();
    const listed = (await (await asStripe('GET', '/v1/customers?limit=100')).json()) as {
      readonly data: readonly Record<string, unknown>[];
    };
    for (const { name, email, phone, address } of listed.data) {
      expect([name, email, phone, address]).toEqual([null, null, null, null]);
    }
  });

  it('tells why a card was refused, and by which try', async () => {
    const request = {
      ...(await customer()),
      setupId: newSetupId(),
      usage: 'off_session',
      ...requestedAt(),
    } as const;
    const { setupIntentId } = answered(await vault.createSetup(request, randomUUID()));
    await stripe.post(`/sim/setup_intents/${setupIntentId}/confirm`, {
      payment_method: 'pm_card_chargeDeclinedInsufficientFunds',
    });
    expect(answered(await vault.fetchSetup(setupIntentId))).toMatchObject({
      status: 'requires_payment_method',
      declined: { code: 'insufficient_funds', attemptId: expect.stringMatching(/^setatt_/) },
    });
  });

  it('sends the customer to the bank where it wants 3-D Secure, and hears of its end', async () => {
    const request = {
      ...(await customer()),
      setupId: newSetupId(),
      usage: 'off_session',
      ...requestedAt(),
    } as const;
    const { setupIntentId } = answered(await vault.createSetup(request, randomUUID()));
    await stripe.post(`/sim/setup_intents/${setupIntentId}/confirm`, {
      payment_method: 'pm_card_authenticationRequiredOnSetup',
    });
    expect(answered(await vault.fetchSetup(setupIntentId))).toMatchObject({
      status: 'requires_action',
      action: { clientSecret: expect.any(String) },
    });
    await stripe.post(`/sim/setup_intents/${setupIntentId}/complete_action`, { outcome: 'succeed' });
    expect(answered(await vault.fetchSetup(setupIntentId))).toMatchObject({
      status: 'succeeded',
      paymentMethodId: expect.stringMatching(/^pm_/),
      action: null,
    });
  });
});
