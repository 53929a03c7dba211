import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import type { PaymentMethodVault } from '../../src/application/ports/payment-method-vault.js';
import { instantNow } from '../integration/stripe/simulator-control.js';
import { newCustomerId, newSetupId } from '../support/customer-examples.js';
import { answered } from './payment-gateway.contract.js';

/** A vault, and the customer who uses it. */
export type VaultInUse = {
  readonly vault: PaymentMethodVault;
  /** The customer's browser finishes a setup with a card that ends in 4242. */
  finishSetup(setupIntentId: string): Promise<void>;
  /** Deletes the provider's customer at the provider. */
  deleteCustomer(providerCustomerId: string): Promise<void>;
};

/** What every vault promises, whichever provider stands behind it. */
export function paymentMethodVaultContract(inUse: () => VaultInUse): void {
  const now = () => ({ requestedAt: instantNow() });
  const vault = () => inUse().vault;

  async function newCustomer() {
    const customerId = newCustomerId();
    const { providerCustomerId } = answered(
      await vault().createCustomer({ customerId, ...now() }, randomUUID()),
    );
    return { customerId, providerCustomerId };
  }

  async function newSetup(customer?: Awaited<ReturnType<typeof newCustomer>>) {
    const owner = customer ?? (await newCustomer());
    const request = { ...owner, setupId: newSetupId(), usage: 'off_session', ...now() } as const;
    return { owner, setup: answered(await vault().createSetup(request, randomUUID())) };
  }

  async function newMethod() {
    const { owner, setup } = await newSetup();
    await inUse().finishSetup(setup.setupIntentId);
    const { paymentMethodId } = answered(await vault().fetchSetup(setup.setupIntentId));
    if (paymentMethodId === null) throw new TypeError('the setup has no method');
    return { owner, paymentMethodId };
  }

  it('makes one customer per key, which knows our id', async () => {
    const request = { customerId: newCustomerId(), ...now() };
    const key = randomUUID();
    const first = answered(await vault().createCustomer(request, key));
    expect(first).toMatchObject({ customer: request.customerId, deleted: false });
    expect(answered(await vault().createCustomer(request, key))).toEqual(first);
    expect(answered(await vault().fetchCustomer(first.providerCustomerId))).toEqual(first);
  });

  it('begins one setup per key, with a secret for the browser', async () => {
    const request = {
      ...(await newCustomer()),
      setupId: newSetupId(),
      usage: 'off_session',
      ...now(),
    } as const;
    const key = randomUUID();
    const first = answered(await vault().createSetup(request, key));
    expect(first).toMatchObject({ status: 'requires_payment_method', declined: null, paymentMethodId: null });
    expect(first.action?.clientSecret).toMatch(/^seti_.+_secret_.+/);
    expect(answered(await vault().createSetup(request, key))).toEqual(first);
    expect(answered(await vault().fetchSetup(first.setupIntentId))).toEqual(first);
  });

  it('keeps the method of a setup that the customer finished', async () => {
    const { owner, paymentMethodId } = await newMethod();
    const method = answered(await vault().fetchMethod(paymentMethodId));
    expect(method).toMatchObject({
      paymentMethodId,
      providerCustomerId: owner.providerCustomerId,
      kind: 'card',
      details: { brand: 'visa', last4: '4242', expMonth: expect.any(Number), expYear: expect.any(Number) },
    });
    expect(answered(await vault().listMethods(owner.providerCustomerId))).toEqual([method]);
  });

  it('detaches once, and answers a second time with the method of nobody', async () => {
    const { owner, paymentMethodId } = await newMethod();
    for (let time = 1; time <= 2; time += 1) {
      const method = answered(await vault().detach({ paymentMethodId, ...now() }, randomUUID()));
      expect(method.providerCustomerId).toBeNull();
    }
    expect(answered(await vault().listMethods(owner.providerCustomerId))).toEqual([]);
  });

  it('refuses a setup of a customer that there is none of, and methods that nobody has', async () => {
    const nobody = { customerId: newCustomerId(), providerCustomerId: 'cus_nobody' };
    const request = { ...nobody, setupId: newSetupId(), usage: 'off_session', ...now() } as const;
    expect(await vault().createSetup(request, randomUUID())).toMatchObject({
      outcome: 'refused',
      refusal: { code: 'resource_missing' },
    });
    for (const answer of [
      await vault().fetchMethod('pm_nobody'),
      await vault().detach({ paymentMethodId: 'pm_nobody', ...now() }, randomUUID()),
      await vault().fetchSetup('seti_nobody'),
      await vault().fetchCustomer('cus_nobody'),
    ]) {
      expect(answer).toMatchObject({ outcome: 'refused', refusal: { code: 'resource_missing' } });
    }
  });

  it('says of a deleted customer that it is deleted', async () => {
    const { providerCustomerId } = await newCustomer();
    await inUse().deleteCustomer(providerCustomerId);
    expect(answered(await vault().fetchCustomer(providerCustomerId))).toMatchObject({
      providerCustomerId,
      deleted: true,
    });
  });
}
