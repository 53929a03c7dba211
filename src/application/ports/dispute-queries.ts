import type { DisputeStatus } from '../../domain/payment/intent.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { CreatedRange, Page, PageRequest } from './read-models.js';

/** A dispute of a payment; `amount` and `amount_taken` in minor units of `currency`, which is the payment's. */
export type DisputeRow = {
  /** `dp_...`, ours; the same however often it is derived. */
  readonly id: string;
  readonly payment: string;
  /** The payment's; null where it has none. */
  readonly customer: string | null;
  readonly status: DisputeStatus;
  readonly amount: bigint;
  readonly currency: string;
  /** What it took of our balance and has not brought back. */
  readonly amount_taken: bigint;
  /** The bank's, in the provider's word for it. */
  readonly reason: string;
  readonly evidence_due_by: Instant | null;
  readonly provider_dispute: string;
  /** When we heard of it. */
  readonly created_at: Instant;
  /** When we heard of the latest decision; null while there is none. */
  readonly closed_at: Instant | null;
};

export type DisputeFilter = PageRequest &
  CreatedRange & {
    readonly status: DisputeStatus | null;
    readonly customer: string | null;
    readonly payment: string | null;
    readonly currency: string | null;
    /** Whether nobody has answered or decided it: an inquiry, or a dispute that needs a response. */
    readonly awaitsEvidence: boolean | null;
    /** With either of these the page is of a list by that time, the latest first. */
    readonly evidenceDueGte: Instant | null;
    readonly evidenceDueLt: Instant | null;
  };

export interface DisputeQueries {
  list(filter: DisputeFilter): Promise<Page<DisputeRow>>;
  /** By our id. */
  find(disputeId: string): Promise<DisputeRow | undefined>;
}
