import type { HoldId, ManualPaymentId, PaymentId } from './ids.js';

/** One way of paying a part of what is due, by the object that carries it. */
export type Tender =
  | { readonly kind: 'card'; readonly paymentId: PaymentId }
  | { readonly kind: 'credit'; readonly holdId: HoldId }
  | { readonly kind: 'manual'; readonly manualPaymentId: ManualPaymentId };

export function sameTender(a: Tender, b: Tender): boolean {
  return a.kind === b.kind && carrierOf(a) === carrierOf(b);
}

/** The id of the object that carries it. */
export function carrierOf(tender: Tender): string {
  switch (tender.kind) {
    case 'card':
      return tender.paymentId;
    case 'credit':
      return tender.holdId;
    case 'manual':
      return tender.manualPaymentId;
  }
}
