import type {
  CollectionId,
  CustomerId,
  HoldId,
  InvoiceId,
  ManualPaymentId,
  PaymentId,
  PlanId,
} from '../shared/ids.js';
import type { Instant } from '../shared/instant.js';
import type { Money } from '../shared/money.js';

/** One way of paying a part, with the id of what it becomes. */
export type LegTender =
  | { readonly kind: 'credit'; readonly holdId: HoldId }
  | {
      readonly kind: 'card';
      readonly paymentId: PaymentId;
      /** The provider's own name for the customer's card or account. */
      readonly paymentMethod: string;
      /** The customer is not there to answer its bank. */
      readonly offSession: boolean;
      /** Held first and taken when every other part is certain, or taken at once. */
      readonly capture: 'automatic' | 'manual';
    }
  | { readonly kind: 'manual'; readonly manualPaymentId: ManualPaymentId };

/** A part of the amount and the tender that is to pay it. Legs are numbered from 1, in the order in which they are tried. */
export type Leg = { readonly leg: number; readonly tender: LegTender; readonly amount: Money };

/** `all_or_nothing` takes every leg or none; `accumulate` keeps what it can get. */
export type CollectionMode = 'all_or_nothing' | 'accumulate';

/** Why a leg or the whole came to nothing; the code is stable, the message for people. */
export type CollectionRefusal = { readonly code: string; readonly message: string };

export type CollectionDetails = {
  readonly collectionId: CollectionId;
  readonly invoiceId: InvoiceId;
  readonly customerId: CustomerId;
  /** The part of a plan that this pays; null where somebody pays out of turn. */
  readonly planPart: { readonly planId: PlanId; readonly part: number } | null;
  readonly amount: Money;
  /** What could still be paid of the invoice where the amount follows from it: it is not claimed once that has changed. */
  readonly due?: Money;
  readonly mode: CollectionMode;
  readonly legs: readonly Leg[];
  /** What is not certain by then is given up. */
  readonly expiresAt: Instant;
};

/** Facts of one attempt to collect an amount of an invoice. */
export type CollectionEvent = { readonly at: Instant } & (
  | ({ readonly type: 'CollectionStarted' } & CollectionDetails)
  /** The invoice is this collection's alone until it ends. */
  | { readonly type: 'CollectionClaimGranted' }
  | ({ readonly type: 'CollectionClaimRefused' } & CollectionRefusal)
  /** The amount is certain: held, authorized or verified, and not taken yet. */
  | { readonly type: 'CollectionLegReserved'; readonly leg: number }
  | { readonly type: 'CollectionLegSettled'; readonly leg: number; readonly amount: Money }
  | ({ readonly type: 'CollectionLegFailed'; readonly leg: number } & CollectionRefusal)
  /** Nothing of this leg is held or taken any more. */
  | { readonly type: 'CollectionLegReleased'; readonly leg: number }
  /** Given up from outside: its time ran out, or somebody called it off. */
  | ({ readonly type: 'CollectionAbandoned' } & CollectionRefusal)
  | { readonly type: 'CollectionSucceeded'; readonly settled: Money }
  | ({ readonly type: 'CollectionFailed' } & CollectionRefusal)
);
