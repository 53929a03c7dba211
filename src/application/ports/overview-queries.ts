import type { Instant } from '../../domain/shared/instant.js';
import type { PaymentOutcomes, WebhookOutcomes } from './success-figures.js';

/** Part of the figures, of one hour of UTC's clock. */
export type OverviewHour = {
  /** When it begins. */
  readonly at: Instant;
  /** Payments by their latest attempt, in the hour in which that ended. */
  readonly succeeded: number;
  readonly failed: number;
  /** In minor units, of payments that were created in it. */
  readonly captured: readonly { readonly currency: string; readonly minor: bigint }[];
};

export type OverviewFigures = {
  /** Since the instant that was asked for. */
  readonly outcomes: PaymentOutcomes;
  /** Seconds from the request to the answer, over those that succeeded without the customer having to act; null without any. */
  readonly average_seconds: number | null;
  /** What was captured of payments that were created since, in the four currencies that most were in. */
  readonly volume: readonly {
    readonly currency: string;
    readonly minor: bigint;
    readonly payments: number;
  }[];
  /** Outcomes and volume by the hour, oldest first; an hour in which nothing happened is not in it. */
  readonly hours: readonly OverviewHour[];
  /** On their way for so long that a person should look. */
  readonly stuck: number;
  /** Of the last hour, by the machine's clock. */
  readonly webhooks: WebhookOutcomes;
  /** Disputes that nobody has answered or decided, and until when evidence for the first of them is taken, where a day is known. */
  readonly disputes_awaiting: { readonly count: number; readonly first_due_by: Instant | null };
  /** Requests to the provider without an outcome. */
  readonly open_requests: number;
};

export type FoundDocument = { readonly id: string; readonly number: string | null };

/** Figures over the read models: they may lag, and nothing is decided on them. */
export interface OverviewQueries {
  figures(since: Instant, now: Instant): Promise<OverviewFigures>;
  /** Payments of exactly this amount of minor units in any currency, newest first; at most `limit` ids. */
  paymentsOfAmount(minor: bigint, limit: number): Promise<readonly string[]>;
  /** Invoices over exactly this total in any currency, newest first; at most `limit`. */
  invoicesOfAmount(minor: bigint, limit: number): Promise<readonly FoundDocument[]>;
  /** Credit notes whose number begins like this; at most `limit`. */
  creditNotesByNumber(beginning: string, limit: number): Promise<readonly FoundDocument[]>;
  /** Payments whose latest attempt was made with a saved method that ends in these four digits, newest first; at most `limit` ids. */
  paymentsByLast4(last4: string, limit: number): Promise<readonly string[]>;
  /** Customers with a payment method that ends in these four digits; at most `limit` ids. */
  customersByLast4(last4: string, limit: number): Promise<readonly string[]>;
}
