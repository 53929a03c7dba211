import type { CollectionId, PaymentId } from '../../domain/shared/ids.js';
import { parsePaymentId } from '../../domain/shared/ids.js';
import { isPaymentOfLeg } from '../collection/collection-ids.js';
import type { PaymentHandler } from '../payment/payment-effects.js';
import type { RecordedEvent } from '../ports/event-store.js';
import { idOfStream } from './policy-steps.js';

/** The payment that a fact is of, and the collection that it is a leg of; undefined where it is of none. */
export async function legPaymentOf(
  payments: Pick<PaymentHandler, 'load'>,
  recorded: RecordedEvent,
): Promise<{ readonly paymentId: PaymentId; readonly collectionId: CollectionId } | undefined> {
  const paymentId = idOfStream(recorded.stream, parsePaymentId);
  // Most payments are of no collection, and need not be read to know it.
  if (!isPaymentOfLeg(paymentId)) return undefined;
  const { state } = await payments.load(paymentId);
  if (state.status === 'absent' || state.details.collectionId === undefined) return undefined;
  return { paymentId, collectionId: state.details.collectionId };
}
