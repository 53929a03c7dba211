import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { Stripe } from 'stripe';
import { serveParent } from './child-entry.js';

/** The floor of a payment: the same three steps by hand - durable insert, the SDK's call, durable insert. */
const { DATABASE_URL, STRIPE_API_BASE = '', POOL_SIZE = '16' } = process.env;
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: Number(POOL_SIZE) });
const simulator = new URL(STRIPE_API_BASE);
const stripe = new Stripe('sk_test_floor', {
  protocol: 'http',
  host: simulator.hostname,
  port: simulator.port,
  maxNetworkRetries: 0,
  telemetry: false,
  httpClient: Stripe.createNodeHttpClient(new http.Agent({ keepAlive: true })),
});

type PaymentBody = { readonly amount: number; readonly currency: string; readonly payment_method: string };

async function takePayment(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const body = JSON.parse(text) as PaymentBody;
  const key = String(request.headers['idempotency-key']);
  const id = `pay_${randomUUID()}`;
  await pool.query({
    name: 'request',
    text: 'insert into floor.requests (id, key, body) values ($1, $2, $3)',
    values: [id, key, text],
  });
  const intent = await stripe.paymentIntents.create(
    {
      amount: body.amount,
      currency: body.currency.toLowerCase(),
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
      capture_method: 'automatic',
      confirm: true,
      payment_method: body.payment_method,
      metadata: { payment: id },
      expand: ['latest_charge.balance_transaction'],
    },
    { idempotencyKey: key },
  );
  const answer = JSON.stringify({ id, status: intent.status, amount: body.amount, intent: intent.id });
  await pool.query({
    name: 'answer',
    text: 'insert into floor.answers (id, intent, status, answer) values ($1, $2, $3, $4)',
    values: [id, intent.id, intent.status, answer],
  });
  response.writeHead(201, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(answer),
  });
  response.end(answer);
}

const server = http.createServer((request, response) => {
  takePayment(request, response).catch((error: unknown) => {
    process.stderr.write(`${error}\n`);
    response.writeHead(500, { 'content-length': 0 }).end();
  });
});

server.listen(0, '127.0.0.1', () => {
  serveParent({
    ready: { port: (server.address() as AddressInfo).port },
    stop: async () => {
      server.closeAllConnections();
      await pool.end();
    },
  });
});
