import { ApiPipeline } from './api-pipeline.js';
import { BehaviourQueue } from './behaviours.js';
import type { WallClock } from './clock.js';
import { VirtualClock } from './clock.js';
import type { ControlParts } from './control-routes.js';
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
import type { WebhookTransport } from './webhook-transport.js';
import type { World } from './world.js';

/** The API version that the simulator speaks. */
const SIMULATED_API_VERSION = '2026-10-28.endive';

/** What a simulator is made of, whatever carries its requests; everything has a default. */
export type AssemblyOptions = {
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

const DEFAULT_RETRY: RetryPolicy = { firstMs: 1000, capMs: 3_600_000, attemptsMax: 16 };

/** A simulator without a socket: requests are handed to `pipeline`, webhooks leave through `transport`. */
export function assembleSimulator(
  options: AssemblyOptions,
  transport: WebhookTransport,
): { readonly pipeline: ApiPipeline; readonly parts: ControlParts; close(): void } {
  const journal = typeof options.dataDir === 'string' ? new Journal(options.dataDir) : null;
  const world = newWorld(options, journal);
  const search = new SearchView();
  const core: SimulatorCore = new SimulatorCore(world, search, () => sender);
  const sender = new WebhookSender(world, core.alarms, transport, {
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
  return { pipeline: new ApiPipeline(parts), parts, close: () => journal?.close() };
}

function newWorld(options: AssemblyOptions, journal: Journal | null): World {
  return {
    clock: new VirtualClock(options.now ?? Date.now),
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
