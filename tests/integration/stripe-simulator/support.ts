import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Stripe from 'stripe';
import type { MoneyLine } from '../../../src/infrastructure/stripe-simulator/money-lines.js';
import type {
  StripeSimulator,
  StripeSimulatorOptions,
} from '../../../src/infrastructure/stripe-simulator/server.js';
import { startStripeSimulator } from '../../../src/infrastructure/stripe-simulator/server.js';

/** `GET /sim/state`, as far as tests look into it. */
type StateReport = {
  readonly counts: {
    readonly payment_intent: number;
    readonly charge: number;
    readonly customer: number;
    readonly event: number;
    readonly idempotency: number;
  };
  readonly queued_behaviors: number;
  readonly pending_deliveries: number;
  readonly webhooks: { readonly abandoned: number };
};

/** Sums of one currency, as decimal texts. */
type Sums = {
  readonly captured: string;
  readonly gross: string;
  readonly fees: string;
  readonly net: string;
};

/** The fields of control answers that tests look at. */
type ControlAnswer = {
  readonly error?: string;
  readonly status?: string;
  readonly now?: number;
  readonly pruned?: number;
  readonly statuses?: readonly (number | null)[];
};

/** A body of the API: an object or an error. */
type RawBody = {
  readonly id: string;
  readonly status: string;
  readonly payment_method_types: readonly string[];
  readonly error: ErrorBody;
};

/** The `error` hash of a refusal. */
export type ErrorBody = {
  readonly type: string;
  readonly code?: string;
  readonly param?: string;
  readonly message: string;
  readonly doc_url?: string;
};

/** A running simulator with an official client pointed at it. */
export type Bench = {
  readonly sim: StripeSimulator;
  readonly stripe: Stripe;
  state(): Promise<StateReport>;
  clock(): Promise<{ readonly now: number; readonly offset_ms: number }>;
  events(): Promise<readonly Stripe.Event[]>;
  journal(from?: number): Promise<{ readonly lines: readonly MoneyLine[]; readonly next: number }>;
  sums(): Promise<Readonly<Record<string, Sums>>>;
  post(path: string, body?: object): Promise<ControlAnswer>;
  advance(seconds: number): Promise<ControlAnswer>;
};

/** The official client, without retries of its own. */
export function clientOf(sim: StripeSimulator, key = 'sk_test_bench'): Stripe {
  return new Stripe(key, {
    host: '127.0.0.1',
    port: sim.port,
    protocol: 'http',
    maxNetworkRetries: 0,
    telemetry: false,
  });
}

export async function openBench(options: StripeSimulatorOptions = {}): Promise<Bench> {
  const sim = await startStripeSimulator(options);
  return benchOf(sim);
}

export function benchOf(sim: StripeSimulator): Bench {
  const get = async <T>(path: string): Promise<T> => (await (await fetch(sim.url + path)).json()) as T;
  const post = async (path: string, body: object = {}): Promise<ControlAnswer> => {
    const response = await fetch(sim.url + path, { method: 'POST', body: JSON.stringify(body) });
    return (await response.json()) as ControlAnswer;
  };
  return {
    sim,
    stripe: clientOf(sim),
    state: () => get('/sim/state'),
    clock: () => get('/sim/clock'),
    events: () => get('/sim/events'),
    journal: (from = 0) => get(`/sim/journal?from=${from}`),
    sums: async () => (await get<{ currencies: Readonly<Record<string, Sums>> }>('/sim/balance')).currencies,
    post,
    advance: (seconds) => post('/sim/clock', { advance_seconds: seconds }),
  };
}

/** Parameters of a card payment that is confirmed at once. */
export function paying(
  method = 'pm_card_visa',
  more: Partial<Stripe.PaymentIntentCreateParams> = {},
): Stripe.PaymentIntentCreateParams {
  return {
    amount: 1000,
    currency: 'usd',
    payment_method: method,
    allowed_payment_method_types: ['card'],
    confirm: true,
    ...more,
  };
}

/** Runs a call that Stripe refuses and returns the error. */
export async function refused(call: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return error;
    throw error;
  }
  throw new Error('The call was expected to be refused');
}

/** A plain request, for what the SDK would not let through or would hide. */
export async function raw(
  bench: Bench,
  path: string,
  body: string,
  headers: Record<string, string> = {},
  method = 'POST',
): Promise<{ status: number; text: string; json: RawBody; headers: Headers }> {
  const response = await fetch(bench.sim.url + path, {
    method,
    ...(method === 'GET' ? {} : { body }),
    headers: {
      Authorization: 'Bearer sk_test_bench',
      'Content-Type': 'application/x-www-form-urlencoded',
      ...headers,
    },
  });
  const text = await response.text();
  return { status: response.status, text, json: JSON.parse(text) as RawBody, headers: response.headers };
}

/** A body of a confirmed card payment for `raw`. */
export const RAW_PAYMENT =
  'amount=1000&currency=usd&payment_method=pm_card_visa&allowed_payment_method_types[]=card&confirm=true';

export type Received = { readonly body: string; readonly signature: string; readonly event: Stripe.Event };

/** A webhook receiver that notes what arrives and answers what the test wants. */
export type Receiver = {
  readonly url: string;
  readonly received: Received[];
  status: number;
  /** Called for each delivery before it is answered. */
  onDelivery: (event: Stripe.Event) => void;
  close(): Promise<void>;
};

export async function openReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const event = JSON.parse(body) as Stripe.Event;
      received.push({ body, signature: String(request.headers['stripe-signature']), event });
      receiver.onDelivery(event);
      response.writeHead(receiver.status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    received,
    status: 200,
    onDelivery: () => {},
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}

/** Waits until a condition holds; fails after twenty seconds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('The awaited condition did not come true');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
