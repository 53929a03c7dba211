import type { Instant } from '../../domain/shared/instant.js';
import type { CreatedRange, Page, PageRequest } from './read-models.js';

export type CollectionStatus = 'processing' | 'succeeded' | 'failed';

export type CollectionRow = {
  readonly id: string;
  readonly invoice: string;
  readonly customer: string;
  readonly payment_plan: string | null;
  readonly part: number | null;
  readonly status: CollectionStatus;
  readonly mode: 'all_or_nothing' | 'accumulate';
  readonly amount: bigint;
  readonly amount_settled: bigint;
  readonly currency: string;
  readonly failure_code: string | null;
  readonly created_at: Instant;
};

export interface CollectionQueries {
  list(
    filter: PageRequest &
      CreatedRange & {
        readonly invoice: string | null;
        readonly customer: string | null;
        readonly status: CollectionStatus | null;
      },
  ): Promise<Page<CollectionRow>>;
}
