import type { CreditType, GrantStatus } from '../../domain/credit/grant.js';
import type { CustomerProfile } from '../../domain/customer/profile.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { Position, RecordedEvent } from './event-store.js';

/**
 * Queries on the read models. They may lag behind the event store; nothing is ever decided on them. Rows carry the
 * names of their columns, amounts as bigint minor units and times as instants.
 */
export type Page<Row> = { readonly rows: readonly Row[]; readonly hasMore: boolean };

/** Newest first. At most one of `startingAfter` and `endingBefore` is set; each is the id of a row. */
export type PageRequest = {
  /** 1 to 100 */
  readonly limit: number;
  readonly startingAfter: string | null;
  readonly endingBefore: string | null;
};

/** A page was asked for after or before a row that is not there: never an empty page, which would look like the end of the list. */
export class UnknownCursor extends Error {
  override readonly name = 'UnknownCursor';
  constructor(readonly param: 'starting_after' | 'ending_before') {
    super(`${param} names nothing of this list`);
  }
}

export type CreatedRange = {
  readonly createdGte: Instant | null;
  readonly createdGt: Instant | null;
  readonly createdLte: Instant | null;
  readonly createdLt: Instant | null;
};

export const anyTime: CreatedRange = { createdGte: null, createdGt: null, createdLte: null, createdLt: null };

export function firstPage(limit: number): PageRequest {
  return { limit, startingAfter: null, endingBefore: null };
}

/** Statuses as the API shows them. */
export const paymentStatuses = [
  'requires_payment_method',
  'requires_action',
  'processing',
  'authorized',
  'succeeded',
  'partially_refunded',
  'refunded',
  'failed',
  'canceled',
] as const;
export type PaymentStatus = (typeof paymentStatuses)[number];

export type PaymentRow = {
  readonly id: string;
  readonly status: PaymentStatus;
  readonly amount: bigint;
  readonly currency: string;
  readonly amount_authorized: bigint;
  readonly amount_captured: bigint;
  readonly amount_refunded: bigint;
  readonly fee: bigint | null;
  readonly fee_currency: string | null;
  readonly capture_method: 'automatic' | 'manual';
  readonly customer: string | null;
  readonly order: string | null;
  readonly description: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly payment_intent: string | null;
  readonly last_error: {
    readonly code: string;
    readonly decline_code: string | null;
    readonly message: string;
  } | null;
  readonly revision: bigint;
  readonly created_at: Instant;
};

export interface PaymentQueries {
  list(
    filter: PageRequest &
      CreatedRange & {
        readonly status: PaymentStatus | null;
        readonly customer: string | null;
        readonly order: string | null;
        readonly currency: string | null;
        /** Those that, at this instant, have been on their way for too long. */
        readonly stuckAt?: Instant;
        /** Those whose latest attempt was declined or refused. */
        readonly declined?: true;
      },
  ): Promise<Page<PaymentRow>>;
  /** The payment that owns an intent of the provider. */
  findByIntent(intentId: string): Promise<string | undefined>;
}

export type CustomerRow = {
  readonly id: string;
  /** Of the record that the stream named; every field is null or empty where it was destroyed. */
  readonly profile: CustomerProfile;
  readonly profile_version: bigint;
  readonly default_payment_method: string | null;
  readonly provider_customer: string | null;
  readonly revision: bigint;
  readonly created_at: Instant;
};

export interface CustomerQueries {
  /** `email` in any case. */
  list(filter: PageRequest & CreatedRange & { readonly email: string | null }): Promise<Page<CustomerRow>>;
  /** The customer that owns a customer of the provider, now or before that one was deleted there. */
  findByProvider(providerCustomerId: string): Promise<string | undefined>;
}

export const refundStatuses = [
  'requires_approval',
  'pending',
  'succeeded',
  'failed',
  'canceled',
  'rejected',
] as const;
export type RefundStatus = (typeof refundStatuses)[number];

export type RefundRow = {
  readonly id: string;
  readonly payment: string;
  readonly status: RefundStatus;
  readonly amount: bigint;
  readonly currency: string;
  readonly reason: string | null;
  readonly failure_reason: string | null;
  readonly provider_refund: string | null;
  /** Who asked for it, where another person was to approve it, and who approved or rejected it. */
  readonly requested_by: string | null;
  readonly decided_by: string | null;
  readonly created_at: Instant;
};

export interface RefundQueries {
  list(
    filter: PageRequest &
      CreatedRange & { readonly payment: string | null; readonly status: RefundStatus | null },
  ): Promise<Page<RefundRow>>;
  /** The payment that a refund belongs to. */
  findPayment(refundId: string): Promise<string | undefined>;
}

export type CreditRow = {
  readonly id: string;
  readonly customer_id: string;
  readonly amount: bigint;
  readonly currency: string;
  readonly type: CreditType;
  /** Whether the customer's money stands behind it. */
  readonly paid: boolean;
  readonly source: string | null;
  readonly description: string | null;
  readonly priority: number;
  /** `active` until its expiry is booked, moments after it has come; it cannot be spent in between. */
  readonly status: GrantStatus;
  /** What is on hold is in it. */
  readonly remaining_amount: bigint;
  readonly held_amount: bigint;
  /** All of it was spent. */
  readonly fully_used: boolean;
  /** The first instant at which it cannot be spent any more. */
  readonly expires_at: Instant | null;
  readonly late_return: 'breakage' | 'extension';
  readonly late_return_days: number | null;
  /** `<kind>:<id>` of the actor */
  readonly granted_by: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly created_at: Instant;
  readonly updated_at: Instant;
};

export type WalletTransactionType =
  | 'granted'
  | 'held'
  | 'released'
  | 'spent'
  | 'restored'
  | 'expired'
  | 'extended'
  | 'revoked'
  | 'left_unpaid'
  | 'unpaid_returned';

/** What one fact did to one grant. */
export type WalletTransactionRow = {
  /** `<event id>/<line>` */
  readonly id: string;
  readonly type: WalletTransactionType;
  readonly credit_id: string;
  /** Never negative; the type says which way it goes. */
  readonly amount: bigint;
  readonly currency: string;
  readonly hold_id: string | null;
  readonly invoice_id: string | null;
  readonly created_at: Instant;
};

export interface CreditQueries {
  list(
    filter: PageRequest &
      CreatedRange & {
        readonly customer: string | null;
        readonly status: GrantStatus | null;
        readonly type: CreditType | null;
        readonly currency: string | null;
        readonly expiresLte: Instant | null;
      },
  ): Promise<Page<CreditRow>>;
  /** The customer whose account a grant is in. */
  findCustomer(creditId: string): Promise<string | undefined>;
  /** The order is that of the log. */
  transactions(customer: string, page: PageRequest): Promise<Page<WalletTransactionRow>>;
}

export type TrialBalanceRow = {
  readonly account: string;
  readonly currency: string;
  readonly debits: bigint;
  readonly credits: bigint;
  /** debits - credits; the rows of one currency sum to zero */
  readonly balance: bigint;
};

export type LedgerEntryRow = {
  /** `<event id>/<line>` */
  readonly id: string;
  readonly account: string;
  /** positive for a debit, negative for a credit */
  readonly amount: bigint;
  readonly currency: string;
  readonly description: string;
  readonly event_id: string;
  readonly stream: string;
  readonly position: Position;
  readonly recorded_at: Instant;
};

export interface LedgerQueries {
  /**
   * Over all entries up to and including a position, or all there are. Answers the position it is true for, and when the last
   * journal that is counted was recorded, null before the first: the same for the same position, whenever it is asked.
   */
  trialBalance(at: Position | null): Promise<{
    readonly position: Position;
    readonly asOf: Instant | null;
    readonly rows: readonly TrialBalanceRow[];
  }>;
  entries(account: string, page: PageRequest): Promise<Page<LedgerEntryRow>>;
}

/** What an explorer looks for; null where it does not matter. */
export type EventFilter = {
  readonly type: string | null;
  /** The id of who did it, or their kind. */
  readonly actor: string | null;
  /** Recorded at this time or later, and before that one. */
  readonly from: Instant | null;
  readonly before: Instant | null;
  /** Only events that stand before this position. */
  readonly below: Position | null;
};

export interface EventQueries {
  /** By the event's UUID. */
  find(eventId: string): Promise<RecordedEvent | undefined>;
  /**
   * At most `limit` events, newest first. It may end before it has found as many, so that it ends in time: `below` is where to
   * go on, and null where nothing older can match.
   */
  explore(
    filter: EventFilter,
    limit: number,
  ): Promise<{ readonly events: readonly RecordedEvent[]; readonly below: Position | null }>;
}

/** A request to the provider that was recorded and has no recorded outcome. */
export type PendingEffect = {
  readonly event_id: string;
  readonly stream: string;
  readonly revision: bigint;
  readonly requested_at: Instant;
  readonly attempts: number;
  readonly next_attempt_at: Instant | null;
  readonly last_error: string | null;
};

export interface PendingEffects {
  /**
   * Due ones, oldest first: requested before `requestedBefore`, or by nobody who waits for the answer, and not waiting for a
   * later attempt.
   */
  due(now: Instant, requestedBefore: Instant, limit: number): Promise<readonly PendingEffect[]>;
  /**
   * Notes an attempt, made under the lease that `fencingToken` is of. False, and nothing is noted, when the holder of a
   * later lease has noted one already.
   * @param contradicted whether the answer told something against the history; not, when absent
   */
  postpone(
    eventId: string,
    nextAttemptAt: Instant,
    error: string,
    fencingToken: bigint,
    contradicted?: boolean,
  ): Promise<boolean>;
}

/**
 * The requests to the provider that have no recorded outcome, whether they are due or wait for a later attempt: `in_doubt` are
 * those that were asked about in vain, `contradicted` those of them whose answer tells something against the history.
 */
export type OpenRequests = {
  readonly open: number;
  readonly in_doubt: number;
  readonly contradicted: number;
  /** By the machine's clock. */
  readonly oldest_seconds: number;
};

export type ProjectionStatus = {
  readonly name: string;
  readonly version: number;
  readonly position: Position;
  /** As `lagMs`, of this projection alone. */
  readonly lag_ms: number;
  readonly parked_streams: number;
  readonly parked_events: number;
  /** Events of a type or category that this version does not know. */
  readonly skipped_events: bigint;
  readonly updated_at: Instant | null;
};

export type ParkedEvent = {
  readonly projection: string;
  readonly event_id: string;
  readonly stream: string;
  readonly position: Position;
  readonly type: string;
  readonly error: string;
  /** When it is tried again by itself; null for what waits for a person, or for an earlier event of its stream. */
  readonly retry_at: Instant | null;
  readonly parked_at: Instant;
};

/** One row that differs; a side is null where the row is missing. */
export type ReplayDifference = {
  readonly table: string;
  readonly key: string;
  readonly live: Readonly<Record<string, unknown>> | null;
  readonly rebuilt: Readonly<Record<string, unknown>> | null;
};

export type ReplayReport = {
  readonly id: string;
  readonly projection: string;
  readonly version: number;
  readonly position: Position;
  readonly events: bigint;
  readonly rows_compared: bigint;
  readonly difference_count: bigint;
  /** The first 100 of them. */
  readonly differences: readonly ReplayDifference[];
  readonly swapped: boolean;
  readonly started_at: Instant;
  readonly finished_at: Instant;
};

/** A read model that is further behind than this, in milliseconds, is a trouble. */
export const lagMaxMs = 30_000;

export interface Projections {
  readonly names: readonly string[];
  status(): Promise<readonly ProjectionStatus[]>;
  parked(name: string): Promise<readonly ParkedEvent[]>;
  /**
   * Tries a projection's parked events again, in stream order; answers how many are parked still. Only streams whose event
   * failed of a cancelled statement (a timeout, a lock) are tried again without this: after 5 s, 10 s and so on to 5 min.
   */
  retryParked(name: string): Promise<number>;
  /**
   * Builds the read model anew beside the live one, up to the live one's position, and compares them row by row. With
   * `swap`, the new one then takes the live one's place. Undefined for an unknown name.
   */
  rebuild(name: string, options: { readonly swap: boolean }): Promise<ReplayReport | undefined>;
  /** The report of an earlier rebuild, by its id. */
  replay(id: string): Promise<ReplayReport | undefined>;
  /**
   * Milliseconds that the slowest projection lags behind, for `X-Projection-Lag-Ms`; cheap enough for each list. It is
   * the age of the oldest event that is not applied, 0 without one. A parked event counts while it is expected to pass:
   * for the first five minutes of an event that is tried again by itself. Others show in `parked_events` only, since
   * one event that waits for a person would make the figure of all others useless.
   */
  lagMs(): number;
  /** Resolves true when every projection has passed `position`, false when `timeoutMs` ran out first. */
  reached(position: Position, timeoutMs: number): Promise<boolean>;
}
