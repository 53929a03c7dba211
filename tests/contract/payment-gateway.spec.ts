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

  paymentGatewayContract(() => stripe.gateway);
});
