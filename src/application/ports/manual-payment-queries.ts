import type { Instant } from '../../domain/shared/instant.js';
import type { CreatedRange, Page, PageRequest } from './read-models.js';

export const manualPaymentStatuses = ['recorded', 'verified', 'rejected', 'reversed'] as const;
export type ManualPaymentStatus = (typeof manualPaymentStatuses)[number];

export type ManualPaymentRow = {
  readonly id: string;
  readonly status: ManualPaymentStatus;
  readonly customer: string;
  readonly invoice: string | null;
  readonly method: string;
  readonly amount: bigint;
  readonly currency: string;
  /** Set against invoices now. */
  readonly amount_applied: bigint;
  /** Became credit of the customer. */
  readonly amount_credited: bigint;
  readonly reference: string;
  readonly received_on: string;
  readonly recorded_on: string;
  readonly value_on: string;
  readonly evidence_sha256: string | null;
  readonly recorded_by: string;
  readonly needs_second_person: boolean;
  readonly verified_by: string | null;
  readonly reversal_cause: string | null;
  readonly reversal_fee: bigint | null;
  readonly revision: bigint;
  readonly created_at: Instant;
};

/** A read model: it may lag, and nothing is decided on it. */
export interface ManualPaymentQueries {
  list(
    filter: PageRequest &
      CreatedRange & {
        readonly status: ManualPaymentStatus | null;
        readonly customer: string | null;
        readonly invoice: string | null;
        readonly reference: string | null;
      },
  ): Promise<Page<ManualPaymentRow>>;
}
