import type { CollectionId, HoldId, PaymentId } from '../../domain/shared/ids.js';
import { parseCollectionId, parseHoldId } from '../../domain/shared/ids.js';
import { paymentIdOf } from '../payment/payment-ids.js';
import { commandIdOf } from '../shared/event-ids.js';

/** The collection that a command starts: the same each time. `commandId` is a UUID. */
export function collectionIdOf(commandId: string): CollectionId {
  const id = parseCollectionId(`col_${commandId}`);
  if (id === undefined) throw new TypeError(`${commandId} is not a UUID`);
  return id;
}

/** What a leg becomes has an id made from its collection's, so that trying the leg again makes nothing new. */
export function paymentIdOfLeg(collectionId: CollectionId, leg: number): PaymentId {
  return paymentIdOf(commandIdOf('payment of leg', `${collectionId}/${leg}`));
}

export function holdIdOfLeg(collectionId: CollectionId, leg: number): HoldId {
  const id = parseHoldId(`hold_${commandIdOf('hold of leg', `${collectionId}/${leg}`)}`);
  if (id === undefined) throw new TypeError('a UUID makes a hold id');
  return id;
}

/**
 * Whether a payment may be a leg. Ids that are made from others have the version 5 of UUIDs, those of requests the version 7;
 * so what is of no collection, as nearly all payments are, is told by its name.
 */
export function isPaymentOfLeg(paymentId: PaymentId): boolean {
  return paymentId.charAt('pay_xxxxxxxx-xxxx-'.length) === '5';
}
