import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { LoadPlan } from './load-plan.js';

/** The bytes of every request of a plan, head and body. */
export function requestsOf(plan: LoadPlan): readonly Buffer[] {
  const { content } = plan;
  const make = content.kind === 'webhook' ? () => webhook(content) : () => payment(content);
  return Array.from({ length: plan.requests }, make);
}

function webhook(content: Extract<LoadPlan['content'], { kind: 'webhook' }>): Buffer {
  const body = content.ids.reduce((text, id) => text.replaceAll(id, freshId(id)), content.body);
  const timestamp = Math.floor(Date.now() / 1000);
  const signature = createHmac('sha256', content.secret).update(`${timestamp}.${body}`).digest('hex');
  return post('/webhooks/stripe', body, {
    'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
    'stripe-signature': `t=${timestamp},v1=${signature}`,
  });
}

function payment({ apiKey, body }: Extract<LoadPlan['content'], { kind: 'payment' }>): Buffer {
  return post('/v1/payments', body, {
    authorization: `Bearer ${apiKey}`,
    'idempotency-key': randomUUID(),
  });
}

/** Keeps the prefix (`evt_`) and the length. */
function freshId(id: string): string {
  const prefix = id.slice(0, id.indexOf('_') + 1);
  return (
    prefix +
    randomBytes(id.length)
      .toString('hex')
      .slice(0, id.length - prefix.length)
  );
}

function post(path: string, body: string, headers: Readonly<Record<string, string>>): Buffer {
  const head = {
    host: '127.0.0.1',
    'content-type': 'application/json; charset=utf-8',
    ...headers,
    'content-length': String(Buffer.byteLength(body)),
  };
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}
