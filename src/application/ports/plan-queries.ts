import type { Instant } from '../../domain/shared/instant.js';
import type { PlanTerms } from '../../domain/shared/plan-terms.js';
import type { CreatedRange, Page, PageRequest } from './read-models.js';

export const planStatuses = ['active', 'defaulted', 'completed', 'canceled'] as const;
type PlanStatus = (typeof planStatuses)[number];

export type PlanPartRow = {
  readonly part: number;
  readonly amount: bigint;
  readonly due_on: string | null;
  readonly milestone: string | null;
  readonly collect: 'automatic' | 'manual';
  /** How far time has come with it, paid or not. */
  readonly step: 'scheduled' | 'due' | 'missed';
  readonly amount_settled: bigint;
  readonly amount_discounted: bigint;
  readonly late_fees: bigint;
  readonly collection: string | null;
  readonly failed_collections: bigint;
};

export type PlanRow = {
  readonly id: string;
  readonly status: PlanStatus;
  readonly invoice: string;
  readonly order: string | null;
  readonly customer: string;
  readonly currency: string;
  readonly total: bigint;
  readonly amount_settled: bigint;
  readonly amount_discounted: bigint;
  readonly amount_refundable: bigint | null;
  readonly amount_retained: bigint | null;
  readonly version: number;
  readonly terms: PlanTerms;
  readonly approved_on: string;
  readonly time_zone: string;
  readonly released_at: Instant | null;
  readonly paused_on: string | null;
  readonly parts: readonly PlanPartRow[];
  readonly revision: bigint;
  readonly created_at: Instant;
};

export type PlansOfCustomer = {
  /** What is collected by itself first; null where nothing is. */
  readonly next: { readonly on: string; readonly minor: bigint; readonly currency: string } | null;
  /** Every plan that is not over, with what is asked for now and how much of that was to be paid before today. */
  readonly running: readonly {
    readonly invoice: string;
    readonly currency: string;
    readonly due: bigint;
    readonly late: bigint;
  }[];
};

/** A read model: it may lag, and nothing is decided on it. */
export interface PlanQueries {
  /** @param today parts that were due before it are late, as are those that were missed */
  ofCustomer(customer: string, today: string): Promise<PlansOfCustomer>;
  list(
    filter: PageRequest &
      CreatedRange & {
        readonly status: PlanStatus | null;
        readonly customer: string | null;
        readonly order: string | null;
        readonly invoice: string | null;
      },
  ): Promise<Page<PlanRow>>;
}
