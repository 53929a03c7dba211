import type { VirtualClock } from './clock.js';
import type { DeclineReason } from './decline-reasons.js';
import type { IdSource } from './ids.js';
import type { Parameters } from './parameters.js';
import type { Store } from './store.js';

/** A place that events are posted to. */
export type WebhookEndpoint = {
  readonly id: string;
  readonly url: string;
  /** Each secret adds one `v1` signature, as during a rotation. */
  readonly secrets: readonly string[];
  /** Event types to send; `*` means all. */
  readonly enabledEvents: readonly string[];
};

/** What may be tuned at start and, where the control routes say so, later. */
type Settings = {
  apiVersion: string;
  accountId: string;
  /** Base URL of this server, for the 3-D Secure page; known once it listens. */
  publicUrl: string;
  /** How long a refund of the async test cards stays in its first status. */
  refundOutcomeMs: number;
  /** How long a bank debit stays in processing. */
  settlementMs: number;
  /** How far `/search` lags behind. */
  searchDelayMs: number;
  /** Whether the account offers payment methods that redirect, which makes `return_url` compulsory. */
  redirectMethods: boolean;
  /** Wait before each API answer. */
  defaultDelayMs: number;
};

/** Everything that handlers act on. */
export type World = {
  readonly clock: VirtualClock;
  readonly ids: IdSource;
  readonly store: Store;
  readonly settings: Settings;
  endpoints: readonly WebhookEndpoint[];
  /** Deliveries created since the last commit; the pipeline hands them to the sender afterwards. */
  outbox: string[];
  /** Tasks created since the last commit. */
  scheduled: string[];
};

/** One API request as handlers see it. */
export type Call = {
  readonly params: Parameters;
  /** First identifier in the path, or the empty text. */
  readonly id: string;
  /** Second identifier in the path, or the empty text. */
  readonly subId: string;
  readonly requestId: string;
  readonly idempotencyKey: string | null;
  /** A refusal that the control routes ordered for this call. */
  readonly forcedDecline: DeclineReason | null;
};

/** Who caused an event: an API request, or nobody when the simulator acts by itself. */
export type Cause = Pick<Call, 'requestId' | 'idempotencyKey'> | null;
