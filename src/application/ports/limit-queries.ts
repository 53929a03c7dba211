import type { LimitKind } from '../../domain/limit/limit.js';
import type { LimitId } from '../../domain/shared/ids.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { Page, PageRequest } from './read-models.js';

/** A limit whose latest penalty is not over. */
export type LimitRow = {
  readonly id: LimitId;
  readonly kind: LimitKind;
  /** The id of the API key or customer; null for an address. */
  readonly subject: string | null;
  readonly strikes: number;
  readonly penalty_seconds: number;
  readonly penalized_at: Instant;
  readonly penalized_until: Instant;
  readonly pardoned_at: Instant | null;
  readonly revision: bigint;
};

/** The penalties of all processes, from the read models: who asks learns of a new one a moment later. */
export interface LimitQueries {
  /** Those in force at `now`, the latest first, without the pardoned ones. */
  list(now: Instant, page: PageRequest): Promise<Page<LimitRow>>;
  /** Those that would be in force at `now`, the pardoned ones included, 10,000 at most. */
  penalties(now: Instant): Promise<readonly LimitRow[]>;
}
