import type { CreditId, HoldId, InvoiceId } from '../shared/ids.js';
import type { Instant } from '../shared/instant.js';
import type { Money } from '../shared/money.js';
import type { GrantDetails } from './grant.js';

type Take = {
  /** Minted by whoever asks; it names the spend later on. */
  readonly holdId: HoldId;
  readonly amount: Money;
  readonly invoiceId: InvoiceId | null;
  /** These grants only and in this order; null takes all there are, in the order of the rules. */
  readonly from: readonly CreditId[] | null;
};

/** Commands carry the instant and every id that they mint: nothing is fetched while deciding. */
export type CreditCommand = { readonly at: Instant } & (
  | { readonly type: 'GrantCredit'; readonly details: GrantDetails }
  /** Sets the whole amount aside, out of at most `grantsPerHoldMax` grants, or is rejected with what is available. */
  | ({ readonly type: 'HoldCredit' } & Take)
  /** Spends all of a hold, also after grants in it have expired: what is on hold does not expire. */
  | { readonly type: 'SpendHold'; readonly holdId: HoldId }
  /** Lets a hold go, back to its grants. What belongs to an expired or revoked grant goes the way of that grant. */
  | { readonly type: 'ReleaseHold'; readonly holdId: HoldId }
  /** Holds and spends in one. */
  | ({ readonly type: 'SpendCredit' } & Take)
  /**
   * Gives back a part of what was spent, or all of it, to the grants it came from, the last one used first.
   * `restoreId` names what undid the payment, such as a refund: the same one twice restores once.
   */
  | {
      readonly type: 'RestoreCredit';
      readonly holdId: HoldId;
      readonly restoreId: string;
      readonly amount: Money;
    }
  /** Books what is left and not on hold of a grant as expired, once its expiry has come. */
  | { readonly type: 'ExpireGrant'; readonly creditId: CreditId }
  /** Takes back what is left of a grant; what is on hold is taken back if it returns. */
  | {
      readonly type: 'RevokeCredit';
      readonly creditId: CreditId;
      /** What is spent of it then is owed, and what is on hold cannot be spent any more. */
      readonly paymentReturned: boolean;
    }
  /** So much of the money behind a grant is gone altogether; the grant goes on with the rest. */
  | { readonly type: 'RevokeRefunded'; readonly creditId: CreditId; readonly refunded: Money }
);

export type CreditCommandOf<T extends CreditCommand['type']> = Extract<CreditCommand, { type: T }>;
