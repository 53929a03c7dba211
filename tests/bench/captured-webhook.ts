import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Stripe } from 'stripe';
import { startStripeSimulator } from '../../src/infrastructure/stripe-simulator/server.js';

export type CapturedWebhook = {
  /** As it was sent, byte for byte. */
  readonly body: string;
  /** Ids that are of this event alone: the event, its request, its intent and its charge. */
  readonly ids: readonly string[];
};

const secret = 'whsec_bench_capture_0000';

/** As shops use it; it brings the webhook to the three kilobytes that are usual at Stripe. */
const metadata = Object.fromEntries(
  ['cart', 'customer', 'campaign', 'warehouse', 'invoice', 'channel'].map((name) => [
    name,
    `${name}-${'0123456789abcdef'.repeat(8)}`,
  ]),
);

/** A `payment_intent.succeeded` as the simulator delivers it. */
export async function captureWebhook(): Promise<CapturedWebhook> {
  const bodies: string[] = [];
  const arrivals = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks).toString('utf8'));
      response.end();
      arrivals.emit('webhook');
    });
  }).listen(0, '127.0.0.1');
  await once(arrivals, 'listening');
  const { port } = arrivals.address() as AddressInfo;
  const simulator = await startStripeSimulator({
    webhookEndpoints: [{ url: `http://127.0.0.1:${port}/`, secrets: [secret] }],
  });
  try {
    await pay(simulator.url);
    for (;;) {
      const body = bodies.find((text) => /"type": ?"payment_intent\.succeeded"/.test(text));
      if (body !== undefined) return { body, ids: idsIn(body) };
      await once(arrivals, 'webhook', { signal: AbortSignal.timeout(10_000) });
    }
  } finally {
    await simulator.close();
    arrivals.closeAllConnections();
    arrivals.close();
  }
}

async function pay(simulatorUrl: string): Promise<void> {
  const { hostname, port } = new URL(simulatorUrl);
  const stripe = new Stripe('sk_test_bench', { protocol: 'http', host: hostname, port, telemetry: false });
  await stripe.paymentIntents.create({
    amount: 5_000,
    currency: 'usd',
    payment_method: 'pm_card_visa',
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    confirm: true,
    description: 'Order 1001',
    metadata,
  });
}

function idsIn(body: string): readonly string[] {
  return [...new Set(body.match(/\b(evt|req|pi|ch)_[A-Za-z0-9]{8,}\b/g) ?? [])];
}
