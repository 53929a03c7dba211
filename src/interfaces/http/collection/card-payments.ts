import type { PaymentOperations } from '../../../application/payment/payment-operations.js';
import type { CollectionState } from '../../../domain/collection/state.js';
import type { ExistingLoaded } from '../payment/payment-answers.js';

/** The payments of a collection's cards that were begun, in the order of its legs. */
export async function cardPaymentsOf(
  payments: Pick<PaymentOperations, 'load'>,
  collection: CollectionState,
): Promise<readonly ExistingLoaded[]> {
  if (collection.status === 'absent') return [];
  const found: ExistingLoaded[] = [];
  for (const { tender } of collection.legs) {
    if (tender.kind !== 'card') continue;
    const { state, revision } = await payments.load(tender.paymentId);
    if (state.status !== 'absent' && revision !== null) found.push({ state, revision });
  }
  return found;
}
