import type { CreditId, CustomerId } from '../shared/ids.js';
import type { Instant } from '../shared/instant.js';
import type { Money } from '../shared/money.js';
import { add, isPositive, isZero, subtract, zero } from '../shared/money.js';

export const creditTypes = ['promotional', 'goodwill', 'refund_to_credit', 'prepaid', 'referral'] as const;
export type CreditType = (typeof creditTypes)[number];

/** Whether a customer's money stands behind credit of a type; the rest is a gift of ours. */
export function isPaid(type: CreditType): boolean {
  switch (type) {
    case 'prepaid':
    case 'refund_to_credit':
      return true;
    case 'promotional':
    case 'goodwill':
    case 'referral':
      return false;
  }
}

/**
 * What becomes of credit that comes back after its grant has expired, from a hold or from a payment that was undone: it is
 * lost as breakage, or it can be used for so many days more.
 */
type LateReturn = { readonly policy: 'breakage' } | { readonly policy: 'extension'; readonly days: number };

/** What a grant is given with. */
export type GrantDetails = {
  readonly creditId: CreditId;
  readonly customerId: CustomerId;
  readonly amount: Money;
  readonly grantType: CreditType;
  /** Where it comes from, such as a campaign or a payment; an id or a name of yours, never a person's. */
  readonly source: string | null;
  readonly description: string | null;
  /** Lower is used first. */
  readonly priority: number;
  /** The first instant at which it cannot be spent any more; null when it never expires. */
  readonly expiresAt: Instant | null;
  readonly lateReturn: LateReturn;
  /** Kind and id of the actor, as in the metadata of events. */
  readonly grantedBy: string;
  readonly metadata: Readonly<Record<string, string>>;
};

/** Sums that only grow; what is left, held or available follows from them. */
export type CreditTotals = {
  readonly granted: Money;
  /** Ever put on hold; spending takes from a hold always. */
  readonly held: Money;
  readonly released: Money;
  readonly spent: Money;
  readonly restored: Money;
  readonly expired: Money;
  readonly revoked: Money;
};

export type Grant = {
  readonly details: GrantDetails;
  readonly createdAt: Instant;
  /** When a fact touched it last. */
  readonly updatedAt: Instant;
  /** As in the details, or later where the grant was extended. */
  readonly expiresAt: Instant | null;
  readonly revokedAt: Instant | null;
  /** Whether the money that was paid for it is gone. */
  readonly paymentReturned: boolean;
  /** Spent, its money gone, and asked for on invoices of their own. */
  readonly owed: Money;
  /** How many such invoices there are. */
  readonly debts: number;
  readonly totals: CreditTotals;
};

/** `exhausted`: nothing is left, and some of it was spent. `expired`: nothing is left, and some of it expired. */
export type GrantStatus = 'active' | 'exhausted' | 'expired' | 'voided';

/** One grant's share of a hold, a spend or a restoration. */
export type CreditPart = { readonly creditId: CreditId; readonly amount: Money };

export function noTotals(granted: Money): CreditTotals {
  const none = zero(granted.currency);
  return { granted, held: none, released: none, spent: none, restored: none, expired: none, revoked: none };
}

/** Neither spent nor gone; what is on hold is in it. */
export function remaining({ granted, restored, spent, expired, revoked }: CreditTotals): Money {
  return subtract(add(granted, restored), add(spent, add(expired, revoked)));
}

export function onHold({ held, released, spent }: CreditTotals): Money {
  return subtract(held, add(released, spent));
}

/** Spent, and not come back since. */
export function netSpent({ spent, restored }: CreditTotals): Money {
  return subtract(spent, restored);
}

/** Left and not on hold, whether the grant has expired or not. */
export function unheld(totals: CreditTotals): Money {
  return subtract(remaining(totals), onHold(totals));
}

/** At its expiry a grant has expired: the last instant at which it can be spent is the one before. */
export function hasExpired({ expiresAt }: Pick<Grant, 'expiresAt'>, at: Instant): boolean {
  return expiresAt !== null && at >= expiresAt;
}

/** What can be put on hold or spent at that instant. */
export function available(grant: Grant, at: Instant): Money {
  if (grant.revokedAt !== null || hasExpired(grant, at)) return zero(grant.details.amount.currency);
  return unheld(grant.totals);
}

export function statusOf({ totals, revokedAt }: Grant): GrantStatus {
  if (revokedAt !== null) return 'voided';
  if (!isZero(remaining(totals))) return 'active';
  return isPositive(totals.expired) ? 'expired' : 'exhausted';
}

/** The order in which grants are used: by priority, soonest expiry, gifts before the customer's own money, age and id. */
export function compareGrants(a: Grant, b: Grant): number {
  return (
    a.details.priority - b.details.priority ||
    compareText(a.expiresAt ?? never, b.expiresAt ?? never) ||
    Number(isPaid(a.details.grantType)) - Number(isPaid(b.details.grantType)) ||
    compareText(a.createdAt, b.createdAt) ||
    compareText(a.details.creditId, b.details.creditId)
  );
}

/** Sorts after every instant. */
const never = '~';

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
