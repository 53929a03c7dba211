import type { CreditId, HoldId, InvoiceId } from '../shared/ids.js';
import type { Instant } from '../shared/instant.js';
import type { Money } from '../shared/money.js';
import type { CreditPart, GrantDetails } from './grant.js';

/** Parts of several grants; they add up to the amount and stand in the order in which the grants are used. */
type Shared = {
  readonly holdId: HoldId;
  readonly amount: Money;
  readonly parts: readonly CreditPart[];
  /** The invoice it is for, or null. */
  readonly invoiceId: InvoiceId | null;
};

/** Facts of one customer's credit account. `at` is when the fact was decided. */
export type CreditEvent = { readonly at: Instant } & (
  | ({
      readonly type: 'CreditGranted';
      /** Whether the customer's money stands behind it; follows from the type of the grant. */
      readonly paid: boolean;
    } & GrantDetails)
  | ({ readonly type: 'CreditHeld' } & Shared)
  | ({ readonly type: 'CreditHoldReleased' } & Shared)
  | ({
      readonly type: 'CreditSpent';
      /** The grants of which nothing is left after it. */
      readonly emptied: readonly CreditId[];
    } & Shared)
  | ({
      readonly type: 'CreditRestored';
      readonly restoreId: string;
      /** The grants of which nothing was left before it, with their expiry. */
      readonly revived: readonly { readonly creditId: CreditId; readonly expiresAt: Instant | null }[];
    } & Shared)
  | { readonly type: 'CreditExpired'; readonly creditId: CreditId; readonly amount: Money }
  | {
      /** The grant expired while a part of it was on hold or spent, and that part came back: it can be used until then. */
      readonly type: 'CreditExpiryExtended';
      readonly creditId: CreditId;
      readonly amount: Money;
      readonly expiresAt: Instant;
    }
  | {
      /** The amount may be zero, where all of the grant is on hold: what comes back is revoked then. */
      readonly type: 'CreditRevoked';
      readonly creditId: CreditId;
      readonly amount: Money;
      readonly paid: boolean;
      /** The money that was paid for it is gone, such as with a bounced cheque. */
      readonly paymentReturned?: true;
      /** The grant goes on, with what is left or with what will come back: with `empty` nothing is left just now. */
      readonly partly?: 'empty' | 'some_left';
    }
  /** The money behind this much spent credit is gone: the customer owes it. */
  | {
      readonly type: 'CreditLeftUnpaid';
      readonly creditId: CreditId;
      readonly amount: Money;
      /** Tells it from the ones before of the same grant; absent in the first. */
      readonly debt?: number;
    }
  /** This much of it came back from what it had been spent on, and is owed no more. */
  | { readonly type: 'CreditUnpaidReturned'; readonly creditId: CreditId; readonly amount: Money }
);

export type CreditEventOf<T extends CreditEvent['type']> = Extract<CreditEvent, { type: T }>;
