import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiPipeline } from './api-pipeline.js';
import { BehaviourQueue } from './behaviours.js';
import type { WallClock } from './clock.js';
import { VirtualClock } from './clock.js';
import type { ControlParts } from './control-routes.js';
import { answerControl } from './control-routes.js';
import { BodyTooLarge, readBody, send } from './http-io.js';
import { IdempotencyLayer } from './idempotency.js';
import { derivedText, IdSource } from './ids.js';
import { Journal } from './journal.js';
import { operationTable } from './operations.js';
import { SearchView } from './payment-search.js';
import type { RateLimit } from './rate-limiter.js';
import { RateLimiter } from './rate-limiter.js';
import { SimulatorCore } from './simulator-core.js';
import { Store } from './store.js';
import type { WebhookEndpointOptions } from './webhook-endpoints.js';
import { webhookEndpoint } from './webhook-endpoints.js';
import type { RetryPolicy } from './webhook-sender.js';
import { WebhookSender } from './webhook-sender.js';
import { WebhookTransport } from './webhook-transport.js';
import type { World } from './world.js';

/** The API version that the simulator speaks. */
const SIMULATED_API_VERSION = '2026-10-28.endive';

/** How to start a simulator; everything has a default. */
export type StripeSimulatorOptions = {
  /** 0, the default, takes any free port of 127.0.0.1. */
  readonly port?: number;
  /** Folder of the journal; null, the default, keeps everything in memory. */
  readonly dataDir?: string | null;
  readonly webhookEndpoints?: readonly WebhookEndpointOptions[];
  /** Real time in milliseconds; an injected clock makes timestamps repeatable. */
  readonly now?: WallClock;
  /** Makes identifiers and random orders repeatable. */
  readonly seed?: string | null;
  /** Off by default. */
  readonly rateLimit?: RateLimit | null;
  readonly webhookRetry?: Partial<RetryPolicy>;
  /** Wait before each API answer, 0 by default. */
  readonly defaultDelayMs?: number;
  /** Lag of payment intent search, one minute by default. */
  readonly searchDelayMs?: number;
  /** How long asynchronous refunds keep their first status, ten seconds by default. */
  readonly refundOutcomeMs?: number;
  /** How long bank debits stay in processing, five seconds by default. */
  readonly settlementMs?: number;
  /** Whether automatic payment methods include redirecting ones, as in a new account; true by default. */
  readonly redirectMethods?: boolean;
};

/** A running simulator. */
export type StripeSimulator = {
  /** Such as `http://127.0.0.1:12111`. */
  readonly url: string;
  readonly port: number;
  /** Stops listening, drops connections and closes the journal. What was answered is kept in `dataDir`. */
  close(): Promise<void>;
};

const DEFAULT_RETRY: RetryPolicy = { firstMs: 1000, capMs: 3_600_000, attemptsMax: 16 };

/** Starts a simulator of Stripe on 127.0.0.1. */
export async function startStripeSimulator(options: StripeSimulatorOptions = {}): Promise<StripeSimulator> {
  const journal = typeof options.dataDir === 'string' ? new Journal(options.dataDir) : null;
  const wall = options.now ?? Date.now;
  const world = newWorld(options, journal, wall);
  const search = new SearchView();
  const core: SimulatorCore = new SimulatorCore(world, search, () => sender);
  const sender = new WebhookSender(world, core.alarms, new WebhookTransport(), {
    ...DEFAULT_RETRY,
    ...options.webhookRetry,
  });
  core.recover();
  const parts = {
    core,
    sender,
    // The limiter protects a real machine, so it counts real seconds whatever clock was injected.
    limiter: new RateLimiter(options.rateLimit ?? null, () => performance.now()),
    behaviours: new BehaviourQueue(),
    idempotency: new IdempotencyLayer(world),
    find: operationTable(search),
  };
  const pipeline = new ApiPipeline(parts);
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    void serve(pipeline, parts, request, response);
  });
  const port = await listen(server, options.port ?? 0);
  const url = `http://127.0.0.1:${port}`;
  world.settings.publicUrl = url;
  sender.resume();
  return { url, port, close: () => stop(server, core, sender, journal) };
}

function newWorld(options: StripeSimulatorOptions, journal: Journal | null, wall: WallClock): World {
  return {
    clock: new VirtualClock(wall),
    ids: new IdSource(options.seed ?? null),
    store: new Store(journal),
    settings: {
      apiVersion: SIMULATED_API_VERSION,
      accountId: `acct_1${derivedText('counterfoil simulator', 15)}`,
      publicUrl: '',
      refundOutcomeMs: options.refundOutcomeMs ?? 10_000,
      settlementMs: options.settlementMs ?? 5_000,
      searchDelayMs: options.searchDelayMs ?? 60_000,
      redirectMethods: options.redirectMethods ?? true,
      defaultDelayMs: options.defaultDelayMs ?? 0,
    },
    endpoints: (options.webhookEndpoints ?? []).map(webhookEndpoint),
    outbox: [],
    scheduled: [],
  };
}

async function serve(
  pipeline: ApiPipeline,
  parts: ControlParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const target = request.url ?? '/';
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  const query = mark === -1 ? '' : target.slice(mark + 1);
  const method = request.method ?? 'GET';
  try {
    const body = method === 'GET' ? '' : await readBody(request);
    if (path.startsWith('/sim/')) {
      const contentType = request.headers['content-type'] ?? '';
      send(response, await answerControl(parts, { method, path, query, body, contentType }));
      return;
    }
    const outcome = await pipeline.handle({ method, path, query, body, headers: request.headers });
    if (outcome === 'cut') request.socket.destroy();
    else if (outcome !== 'silence') send(response, outcome);
  } catch (error) {
    if (error instanceof BodyTooLarge) send(response, { status: 413, body: error.message, headers: {} });
    else if (!response.destroyed) {
      process.stderr.write(`stripe simulator: ${error instanceof Error ? error.stack : String(error)}\n`);
      send(response, { status: 500, body: '{}', headers: { 'Content-Type': 'application/json' } });
    }
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function stop(
  server: Server,
  core: SimulatorCore,
  sender: WebhookSender,
  journal: Journal | null,
): Promise<void> {
  return new Promise((resolve) => {
    core.close();
    sender.close();
    server.close(() => {
      journal?.close();
      resolve();
    });
    server.closeAllConnections();
  });
}
