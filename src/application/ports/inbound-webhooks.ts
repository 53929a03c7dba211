import type { Instant } from '../../domain/shared/instant.js';
import type { EventMetadata } from './event-store.js';

/** A webhook whose signature was verified; `payload` is the body byte for byte. */
export type VerifiedWebhook = {
  /** The provider's event id: `evt_...`. */
  readonly id: string;
  readonly type: string;
  readonly apiVersion: string | null;
  readonly livemode: boolean;
  /** Id of the object that the event is about; webhooks of one object are handled one at a time. */
  readonly objectId: string | null;
  readonly payload: string;
};

/** As it came in. `account`: whose it is, where the provider names one, which it does for accounts other than our own only. */
export type ReceivedWebhook = VerifiedWebhook & { readonly account: string | null };

export type InboundWebhookStatus = 'received' | 'processed' | 'ignored' | 'failed' | 'parked';

export type InboundWebhook = VerifiedWebhook & {
  readonly status: InboundWebhookStatus;
  /** How often handling it was tried. */
  readonly attempts: number;
  /** How often it was delivered, duplicates included. */
  readonly deliveries: number;
  readonly lastError: string | null;
  /** What handling it led to, in a few words; null until it is processed or ignored. */
  readonly note: string | null;
  readonly receivedAt: Instant;
  readonly processedAt: Instant | null;
  readonly nextAttemptAt: Instant | null;
};

/** A webhook in a worker's hands. */
export type ClaimedWebhook = InboundWebhook & {
  /** Names this one claim of it; no other claim, of whatever webhook, has the same. */
  readonly lease: string;
};

export type Reception =
  | 'stored'
  | 'duplicate'
  /** The same event id with another body, which is not stored. */
  | 'different_body';

/** What came of handling one webhook. */
export type HandlingOutcome =
  /** `note` says what it led to, or why it is of no interest, in a few words for the operator. */
  | { readonly status: 'processed' | 'ignored'; readonly note: string }
  | { readonly status: 'failed'; readonly error: string; readonly retryAt: Instant }
  | { readonly status: 'parked'; readonly error: string };

/** Who does something to a webhook by hand, why, and in which request. */
export type ByHand = Pick<EventMetadata, 'actor' | 'reason' | 'correlationId'>;

export type WebhookAct = Pick<ByHand, 'actor' | 'reason'> & {
  readonly act: 'replay' | 'ignore';
  /** Id of the request. */
  readonly request: string;
  readonly at: Instant;
};

export interface InboundWebhooks {
  /** Durable before it answers. `parkedBecause` stores the webhook parked instead of waiting to be handled. */
  receive(webhook: VerifiedWebhook, parkedBecause: string | null): Promise<Reception>;

  /**
   * Webhooks that are due of up to `limit` objects, the oldest first, and none of an object that another worker is at; they
   * are this worker's for `leaseMs`. Those of one object come together, up to some number of them. One that waits for a
   * retry or is parked does not hold up the others of its object: each makes its handler look the object up anew.
   */
  claimDue(limit: number, leaseMs: number): Promise<readonly ClaimedWebhook[]>;
  /**
   * Ends one claim, also when its time is over. Changes nothing when the webhook was settled, claimed anew or replayed
   * since: its next handler sees what this one saw, and more.
   */
  settle(claimed: Pick<ClaimedWebhook, 'id' | 'lease'>, outcome: HandlingOutcome): Promise<void>;

  find(id: string): Promise<InboundWebhook | undefined>;
  list(filter: {
    readonly status: InboundWebhookStatus | null;
    readonly type: string | null;
    readonly limit: number;
    readonly startingAfter: string | null;
    readonly endingBefore: string | null;
  }): Promise<{ readonly rows: readonly InboundWebhook[]; readonly hasMore: boolean }>;
  /**
   * Makes a webhook due again, whatever its status and even while it is being handled; false when there is none of that
   * id.
   */
  replay(id: string, by: ByHand): Promise<boolean>;
  /**
   * Makes up to `limit` parked webhooks due again, of one type or of all, the oldest first, those that came after
   * `startingAfter`: `last` is the last one of them, and with it the next call leaves out what parked again meanwhile.
   * @throws UnknownCursor
   */
  replayParked(
    wanted: { readonly type: string | null; readonly limit: number; readonly startingAfter: string | null },
    by: ByHand,
  ): Promise<{ readonly replayed: number; readonly hasMore: boolean; readonly last: string | null }>;
  /**
   * Ends one that is parked or waits for a retry, even while it is being handled, as of no interest; false when there is none
   * of that id that waits so. It may be replayed later.
   */
  ignore(id: string, by: ByHand): Promise<boolean>;
  /** What was done to a webhook by hand, the latest first; kept for longer than the webhook itself. */
  acts(id: string): Promise<readonly WebhookAct[]>;
}
