import type { Instant } from '../../domain/shared/instant.js';
import type { NoticeFacts, NoticeKind } from '../notification/notice-kinds.js';
import type { CreatedRange, Page, PageRequest } from './read-models.js';

/** Something that a customer, or an operator, is to be told. */
export type Notice = {
  readonly kind: NoticeKind;
  /** Id of what it is about. */
  readonly subject: string;
  /** What of the subject it tells: one kind, subject and state are told once. */
  readonly state: string;
  /** Null for what operators are told. */
  readonly customer: string | null;
  /** What the words are filled with; ids, amounts and dates, and nothing personal. */
  readonly facts: NoticeFacts;
  /** The event that it follows from; null where a date brought it about. */
  readonly eventId: string | null;
};

export const notificationStatuses = ['queued', 'sent', 'skipped', 'parked'] as const;
type NotificationStatus = (typeof notificationStatuses)[number];

export type NotificationRow = {
  /** `ntf_...` */
  readonly id: string;
  readonly kind: NoticeKind;
  readonly subject: string;
  readonly state: string;
  readonly customer: string | null;
  readonly status: NotificationStatus;
  /** 1, and one more with each resend. */
  readonly sending: number;
  readonly attempts: number;
  readonly next_attempt_at: Instant | null;
  /** Why it was skipped or parked, or why the last attempt did not succeed. */
  readonly last_error: string | null;
  readonly message_id: string | null;
  readonly event_id: string | null;
  readonly created_at: Instant;
  readonly settled_at: Instant | null;
};

/** One in a worker's hands. */
export type ClaimedNotice = Pick<NotificationRow, 'id' | 'sending' | 'attempts'> &
  Notice & {
    /** Names this one claim. */
    readonly lease: string;
  };

export type NoticeOutcome =
  | { readonly status: 'sent'; readonly messageId: string }
  | { readonly status: 'skipped'; readonly reason: string }
  | { readonly status: 'queued'; readonly error: string; readonly retryInMs: number }
  | { readonly status: 'parked'; readonly error: string };

/** What of the outbox does not go as it should. */
export type OutboxTrouble = {
  /** Given up in the last 24 hours. */
  readonly parked: number;
  /** Still tried, after three attempts or more. */
  readonly failing: number;
  /** For how long the one that is due longest has been due; 0 where none is. */
  readonly oldest_due_ms: number;
};

/** The outbox of notices: a row is what is to be told, once; a worker tells it. */
export interface Notifications {
  /** Durable before it answers; false where this was queued before, whatever became of it. */
  queue(notice: Notice): Promise<boolean>;
  /** Up to `limit` that are due, the longest due first; they are the caller's for `leaseMs`. */
  claimDue(limit: number, leaseMs: number): Promise<readonly ClaimedNotice[]>;
  /** Ends one claim; changes nothing when it was claimed anew or asked for again since. */
  settle(claimed: Pick<ClaimedNotice, 'id' | 'lease'>, outcome: NoticeOutcome): Promise<void>;
  find(id: string): Promise<NotificationRow | undefined>;
  list(
    filter: PageRequest &
      CreatedRange & {
        readonly customer: string | null;
        readonly kind: string | null;
        readonly status: NotificationStatus | null;
        readonly subject: string | null;
      },
  ): Promise<Page<NotificationRow>>;
  /** Makes one due again, as another mail; false when there is none of that id. */
  resend(id: string): Promise<boolean>;
  trouble(): Promise<OutboxTrouble>;
}

/** A mail that was kept in place of being sent. */
export type InboxMail = {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly sent_at: Instant;
};

/** Mails of demo and test mode, for whoever wants to see what customers would get. */
export interface MailInbox {
  /** The latest, newest first. */
  latest(limit: number): Promise<readonly InboxMail[]>;
  find(id: string): Promise<InboxMail | undefined>;
}
