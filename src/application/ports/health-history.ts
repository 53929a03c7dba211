import type { Instant } from '../../domain/shared/instant.js';
import type { Page, PageRequest } from './read-models.js';

/** What /health/payments would have said at a time. */
export type HealthRecord = {
  /** Whole number as text: the order in which they were kept. */
  readonly id: string;
  readonly at: Instant;
  readonly healthy: boolean;
  readonly checks: Readonly<
    Record<
      string,
      {
        readonly healthy: boolean;
        readonly detail: string;
        readonly measured?: Readonly<Record<string, number>>;
      }
    >
  >;
};

export interface HealthHistory {
  keep(record: Omit<HealthRecord, 'id' | 'at'>): Promise<void>;
  /** The latest first. */
  list(filter: PageRequest & { readonly healthy: boolean | null }): Promise<Page<HealthRecord>>;
  /** Forgets what was kept more than `days` ago; answers how many. */
  prune(days: number): Promise<number>;
}
