import type { ManualPaymentRow } from '../../../application/ports/manual-payment-queries.js';
import type { ManualPaymentState } from '../../../domain/manual-payment/state.js';
import { appliedOf, keptAsCreditOf } from '../../../domain/manual-payment/state.js';

/** A manual payment as the API shows it, from the aggregate and from the read model alike. */
export function manualPaymentObject(row: ManualPaymentRow, livemode: boolean) {
  const { status, amount, amount_applied: applied, amount_credited: credited } = row;
  return {
    ...row,
    object: 'manual_payment' as const,
    amount_unapplied: status === 'verified' ? amount - applied - credited : 0n,
    metadata: {},
    livemode,
  };
}

export function manualPaymentRowOf(
  payment: Exclude<ManualPaymentState, { readonly status: 'absent' }>,
  revision: bigint,
): ManualPaymentRow {
  const { details } = payment;
  const received = payment.status === 'verified' || payment.status === 'reversed' ? payment : null;
  const reversed = payment.status === 'reversed' ? payment : null;
  return {
    id: details.manualPaymentId,
    status: payment.status,
    customer: details.customerId,
    invoice: details.invoiceId,
    method: details.method,
    amount: details.amount.minor,
    currency: details.amount.currency,
    amount_applied: received === null ? 0n : appliedOf(received).minor,
    amount_credited: received === null ? 0n : keptAsCreditOf(received).minor,
    reference: details.reference,
    received_on: details.receivedOn,
    recorded_on: details.recordedOn,
    value_on: details.valueOn,
    evidence_sha256: details.evidenceSha256,
    recorded_by: payment.recordedBy,
    needs_second_person: payment.needsSecondPerson,
    verified_by: received?.verifiedBy ?? null,
    reversal_cause: reversed?.cause ?? null,
    reversal_fee: reversed?.fee?.minor ?? null,
    revision,
    created_at: payment.recordedAt,
  };
}
