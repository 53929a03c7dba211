import type { AlertRuleName } from '../../domain/alert/alert-rules.js';
import type { CivilDate } from '../../domain/shared/civil-date.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { PaymentStatus, RefundStatus } from './read-models.js';
import type { PaymentOutcomes, Share, WebhookOutcomes } from './success-figures.js';

/** Half-open. */
export type Period = { readonly from: Instant; readonly to: Instant };

/** Of one currency: amounts of different ones are never added. */
export type CountedAmount = {
  readonly currency: string;
  readonly count: number;
  /** Minor units as text, for JSON has no integers of that size. */
  readonly minor: string;
};

/** What happened in a period, and what is to be looked at now. It holds ids, amounts and dates, and nothing personal. */
export type DailyFigures = {
  /** Made in the period, by their status now. */
  readonly payments: readonly (CountedAmount & { readonly status: PaymentStatus })[];
  readonly outcomes: PaymentOutcomes;
  /** Of the payments that count as failed, by the issuer's reason where it gave one; most first. */
  readonly declines: readonly { readonly reason: string; readonly count: number }[];
  /** Asked for in the period, by their status now. */
  readonly refunds: readonly (CountedAmount & { readonly status: RefundStatus })[];
  readonly stuck: number;
  /** Requests to the provider without an outcome, and since when the oldest of them waits. */
  readonly inDoubt: { readonly count: number; readonly since: Instant | null };
  /** Opened or closed in the period; `closedAt` null for one that is open. */
  readonly alerts: readonly {
    readonly rule: AlertRuleName;
    readonly openedAt: Instant;
    readonly closedAt: Instant | null;
  }[];
  /** Open invoices that were due before today. */
  readonly overdue: readonly CountedAmount[];
  /** What is left to pay of invoices and parts of plans that are due today. */
  readonly dueToday: readonly CountedAmount[];
  readonly webhooks: WebhookOutcomes;
};

export const objectiveNames = ['payment_success', 'prompt_answer', 'webhook_success', 'uptime'] as const;
export type ObjectiveName = (typeof objectiveNames)[number];

/** What the owners promise, in basis points. */
export const promises: Readonly<Record<ObjectiveName, number>> = {
  payment_success: 9_500,
  prompt_answer: 9_500,
  webhook_success: 9_900,
  uptime: 9_990,
};

export type ObjectiveShares = Readonly<Record<ObjectiveName, Share>>;

/** From where figures were taken: the read models as they stood at a position of the log. */
export type Known = {
  readonly asOf: Instant;
  /** The first and the last position that a read model stood at; the same where all stood at one. */
  readonly positions: readonly [string, string];
};

/** Figures for the operators' mails; the figures of one answer are of one snapshot. */
export interface DigestQueries {
  /** When the first payment, invoice or customer was made; null while there is none. */
  beginning(): Promise<Instant | null>;
  /** @param today the day on which it is told */
  daily(
    period: Period,
    today: CivilDate,
    now: Instant,
  ): Promise<{ readonly figures: DailyFigures; readonly known: Known }>;
  /** Shares of each period, in the order of the periods. */
  shares(
    periods: readonly Period[],
    now: Instant,
  ): Promise<{ readonly shares: readonly ObjectiveShares[]; readonly known: Known }>;
}
