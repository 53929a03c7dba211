import type { CollectionRow, CollectionStatus } from '../../../application/ports/collection-queries.js';
import type { ExistingCollection, LegState } from '../../../domain/collection/state.js';
import { settledOf } from '../../../domain/collection/state.js';

/** A collection as the API shows it, from its aggregate. */
export function collectionOfState(state: ExistingCollection, revision: bigint, livemode: boolean) {
  const { details } = state;
  return {
    id: details.collectionId,
    object: 'collection',
    invoice: details.invoiceId,
    customer: details.customerId,
    payment_plan: details.planPart?.planId ?? null,
    part: details.planPart?.part ?? null,
    status: statusOf(state),
    mode: details.mode,
    amount: details.amount.minor,
    amount_settled: settledOf(state).minor,
    currency: details.amount.currency,
    legs: state.legs.map(legObject),
    last_error: state.status === 'failed' || state.status === 'undoing' ? state.refusal : null,
    revision,
    livemode,
    created_at: state.createdAt,
  };
}

export function collectionOfRow(row: CollectionRow, livemode: boolean) {
  return { ...row, object: 'collection', livemode };
}

function statusOf({ status }: ExistingCollection): CollectionStatus {
  return status === 'succeeded' || status === 'failed' ? status : 'processing';
}

function legObject({ leg, tender, status, amount, refusal }: LegState) {
  return {
    leg,
    type: tender.kind,
    status,
    amount: amount.minor,
    ...(tender.kind === 'card' ? { payment: tender.paymentId } : {}),
    ...(tender.kind === 'manual' ? { manual_payment: tender.manualPaymentId } : {}),
    last_error: refusal,
  };
}
