import { afterAll, beforeAll, describe } from '@jest/globals';
import type { Stripe } from '../integration/stripe/simulator-control.js';
import { startStripe } from '../integration/stripe/simulator-control.js';
import { paymentGatewayContract } from './payment-gateway.contract.js';

describe('the Stripe gateway, through the official SDK', () => {
  let stripe: Stripe;
  beforeAll(async () => {
    stripe = await startStripe();
  });
  afterAll(() => stripe.close());

  const asStripe = async (path: string, form: Record<string, string>) => {
    const answer = await fetch(`${stripe.simulator.url}${path}`, {
      method: 'POST',
      headers: {
        authorization: 'Bearer sk_test_contract',
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams(form),
    });
    return (await answer.json()) as { readonly id: string };
  };
  const attach = async (card: string, customer: string) =>
    (await asStripe(`/v1/payment_methods/${card}/attach`, { customer })).id;

  paymentGatewayContract(
    () => stripe.gateway,
    async () => {
      const { id: providerCustomerId } = await asStripe('/v1/customers', {});
      const paymentMethodId = await attach('pm_card_visa', providerCustomerId);
      const guarded = await attach('pm_card_authenticationRequired', providerCustomerId);
      return { saved: { providerCustomerId, paymentMethodId }, guarded };
    },
  );
});
