import type { AddressInfo } from 'node:net';
import express from 'express';
import { Stripe } from 'stripe';
import { serveParent } from './child-entry.js';

/** The floor of the webhook: plain Express, the SDK's own verification, and nothing stored. */
const secret = process.env['WEBHOOK_SECRET'] ?? '';
const stripe = new Stripe('sk_test_floor');
const app = express();

app.post('/webhooks/stripe', express.raw({ type: 'application/json' }), (request, response) => {
  try {
    stripe.webhooks.constructEvent(request.body, request.headers['stripe-signature'] ?? '', secret);
  } catch {
    response.status(400).json({ received: false });
    return;
  }
  response.json({ received: true });
});

const server = app.listen(0, '127.0.0.1', () => {
  serveParent({
    ready: { port: (server.address() as AddressInfo).port },
    stop: async () => server.closeAllConnections(),
  });
});
