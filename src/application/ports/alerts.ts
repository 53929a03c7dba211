import type { AlertRuleName } from '../../domain/alert/alert-rules.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { Page, PageRequest } from './read-models.js';
import type { PaymentOutcomes, PaymentSlice, WebhookOutcomes } from './success-figures.js';

export type AlertRow = {
  /** `alr_...` */
  readonly id: string;
  readonly rule: AlertRuleName;
  readonly status: 'open' | 'closed';
  /** In the rule's unit: when it opened. */
  readonly value: number;
  readonly sample: number;
  readonly threshold: number;
  readonly opened_at: Instant;
  readonly acknowledged_at: Instant | null;
  readonly closed_at: Instant | null;
  readonly revision: bigint;
};

/** The alerts, by the read model. */
export interface AlertQueries {
  /** The latest first. */
  list(
    filter: PageRequest & { readonly status: AlertRow['status'] | null; readonly rule: AlertRuleName | null },
  ): Promise<Page<AlertRow>>;
  find(id: string): Promise<AlertRow | undefined>;
}

/** What alert rules are judged by. Windows are half-open; all counts are whole numbers. */
export interface AlertMeasures {
  /** @param slice null for all of them */
  outcomes(from: Instant, to: Instant, slice: PaymentSlice | null): Promise<PaymentOutcomes>;
  /** How many payments were made in each window, in the order of the windows. */
  paymentsMade(
    windows: readonly { readonly from: Instant; readonly to: Instant }[],
  ): Promise<readonly number[]>;
  /** When the payment was made that succeeded last; null when there is none. */
  lastSuccess(): Promise<Instant | null>;
  /** How many payments have been on their way for too long. */
  stuck(now: Instant): Promise<number>;
  /** How many webhooks are parked, whenever they came; counts no further than `max`. */
  parkedWebhooks(max: number): Promise<number>;
  /**
   * How many requests that may have moved money were made before an instant, by the machine's clock, and have no outcome, or
   * have an answer against the history; counts no further than `max`.
   */
  doubts(requestedBefore: Instant, max: number): Promise<number>;
  /** How many calls had a signature that is none of the provider's, since the minute of an instant by the machine's clock. */
  rejectedWebhooks(since: Instant): Promise<number>;
  /** Of those that arrived since then by the machine's clock. */
  webhooks(since: Instant): Promise<WebhookOutcomes>;
}
