import type { Instant } from '../../domain/shared/instant.js';
import type { PlanTerms } from '../../domain/shared/plan-terms.js';
import type { CreatedRange, Page, PageRequest } from './read-models.js';

export const orderStatuses = [
  'configuring',
  'analyzing',
  'reviewing',
  'payment_pending',
  'paid',
  'in_progress',
  'completed',
  'canceled',
] as const;
export type OrderStatus = (typeof orderStatuses)[number];

export type OrderRow = {
  readonly id: string;
  readonly status: OrderStatus;
  readonly customer: string;
  readonly currency: string;
  readonly total: bigint | null;
  /** What was settled when it was marked paid; null until then. */
  readonly amount_settled: bigint | null;
  readonly terms: PlanTerms | null;
  readonly approved_on: string | null;
  readonly description: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly revision: bigint;
  readonly created_at: Instant;
};

/** A read model: it may lag, and nothing is decided on it. */
export interface OrderQueries {
  list(
    filter: PageRequest &
      CreatedRange & { readonly status: OrderStatus | null; readonly customer: string | null },
  ): Promise<Page<OrderRow>>;
}
