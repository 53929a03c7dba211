import type { Decider, Decision } from '../shared/decider.js';
import { accepted, nothingToDo, rejected } from '../shared/decider.js';
import { find } from '../shared/id-index.js';
import type { Instant } from '../shared/instant.js';
import { compare, equals, isPositive, isZero, largestMinor, money, subtract, zero } from '../shared/money.js';
import type { CreditCommand, CreditCommandOf } from './commands.js';
import type { CreditEvent } from './events.js';
import { evolve } from './evolve.js';
import type { Grant, GrantDetails } from './grant.js';
import { hasExpired, isPaid, netSpent, onHold, statusOf, unheld } from './grant.js';
import { holdCredit, spendCredit, spendHold } from './hold.js';
import type { CreditRejection } from './rejections.js';
import { releaseHold, restoreCredit } from './return.js';
import type { CreditState } from './state.js';

type CreditDecision = Decision<CreditEvent, CreditRejection>;

/** The rules of one customer's credit, in all currencies, from the first grant on. */
export const creditAccount: Decider<CreditState, CreditCommand, CreditEvent, CreditRejection> = {
  initialState: { status: 'absent' },
  decide,
  evolve,
};

function decide(state: CreditState, command: CreditCommand): CreditDecision {
  switch (command.type) {
    case 'GrantCredit':
      return grantCredit(state, command);
    case 'HoldCredit':
      return holdCredit(state, command);
    case 'SpendHold':
      return spendHold(state, command);
    case 'ReleaseHold':
      return releaseHold(state, command);
    case 'SpendCredit':
      return spendCredit(state, command);
    case 'RestoreCredit':
      return restoreCredit(state, command);
    case 'ExpireGrant':
      return expireGrant(state, command);
    case 'RevokeCredit':
      return revokeCredit(state, command);
  }
}

function grantCredit(state: CreditState, { at, details }: CreditCommandOf<'GrantCredit'>): CreditDecision {
  const { creditId, amount, expiresAt, grantType } = details;
  if (state.status === 'open') {
    const known = find(state.grants, creditId);
    if (known !== undefined) {
      return sameDetails(known.details, details) ? nothingToDo : rejected({ code: 'grant_already_exists' });
    }
  }
  if (!isPositive(amount)) return rejected({ code: 'amount_not_positive' });
  if (expiresAt !== null && expiresAt <= at) return rejected({ code: 'expiry_in_past', at });
  const before = state.status === 'open' ? state.balances[amount.currency]?.granted : undefined;
  const grantable = subtract(money(largestMinor, amount.currency), before ?? zero(amount.currency));
  if (compare(amount, grantable) > 0) return rejected({ code: 'credit_limit_exceeded', grantable });
  return accepted({ type: 'CreditGranted', at, paid: isPaid(grantType), ...details });
}

function expireGrant(state: CreditState, { at, creditId }: CreditCommandOf<'ExpireGrant'>): CreditDecision {
  const grant = state.status === 'open' ? find(state.grants, creditId) : undefined;
  if (grant === undefined) return rejected({ code: 'credit_not_found', creditId });
  const amount = unheld(grant.totals);
  if (grant.revokedAt !== null) return nothingToDo;
  if (!hasExpired(grant, at)) return rejected({ code: 'credit_not_expired', expiresAt: grant.expiresAt });
  return isZero(amount) ? nothingToDo : accepted({ type: 'CreditExpired', at, creditId, amount });
}

function revokeCredit(state: CreditState, command: CreditCommandOf<'RevokeCredit'>): CreditDecision {
  const { at, creditId, paymentReturned } = command;
  const grant = state.status === 'open' ? find(state.grants, creditId) : undefined;
  if (grant === undefined) return rejected({ code: 'credit_not_found', creditId });
  if (paymentReturned) return revokeUnpaid(grant, at);
  const { totals } = grant;
  const paid = isPaid(grant.details.grantType);
  const status = statusOf(grant);
  switch (status) {
    case 'voided':
      return nothingToDo;
    case 'exhausted':
    case 'expired':
      return rejected({ code: 'credit_not_revocable', status });
    case 'active': {
      const left = unheld(totals);
      if (!hasExpired(grant, at)) {
        return accepted({ type: 'CreditRevoked', at, creditId, amount: left, paid });
      }
      // What has expired is lost, whether or not that was booked yet: only what is on hold can still be revoked.
      if (isZero(onHold(totals))) return rejected({ code: 'credit_not_revocable', status: 'expired' });
      const none = zero(left.currency);
      const revoked: CreditEvent = { type: 'CreditRevoked', at, creditId, amount: none, paid };
      if (isZero(left)) return accepted(revoked);
      return accepted<CreditEvent>({ type: 'CreditExpired', at, creditId, amount: left }, revoked);
    }
  }
}

/** Whatever has become of the grant: what is left goes with the money, and what is spent is owed. */
function revokeUnpaid(
  { details: { creditId, grantType }, totals, paymentReturned }: Grant,
  at: Instant,
): CreditDecision {
  if (paymentReturned) return nothingToDo;
  const spent = netSpent(totals);
  const revoked: CreditEvent = {
    type: 'CreditRevoked',
    at,
    creditId,
    amount: unheld(totals),
    paid: isPaid(grantType),
    paymentReturned: true,
  };
  if (isZero(spent)) return accepted(revoked);
  return accepted<CreditEvent>(revoked, { type: 'CreditLeftUnpaid', at, creditId, amount: spent });
}

function sameDetails(a: GrantDetails, b: GrantDetails): boolean {
  return (
    a.customerId === b.customerId &&
    equals(a.amount, b.amount) &&
    a.grantType === b.grantType &&
    a.source === b.source &&
    a.description === b.description &&
    a.priority === b.priority &&
    a.expiresAt === b.expiresAt &&
    lateDays(a) === lateDays(b) &&
    a.grantedBy === b.grantedBy &&
    sameTexts(a.metadata, b.metadata)
  );
}

function lateDays({ lateReturn }: GrantDetails): number {
  return lateReturn.policy === 'extension' ? lateReturn.days : 0;
}

function sameTexts(a: GrantDetails['metadata'], b: GrantDetails['metadata']): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
