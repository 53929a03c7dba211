import type { Decider, Decision } from '../shared/decider.js';
import { accepted, nothingToDo, rejected } from '../shared/decider.js';
import { find } from '../shared/id-index.js';
import { compare, equals, isPositive, isZero, largestMinor, money, subtract, zero } from '../shared/money.js';
import type { CreditCommand, CreditCommandOf } from './commands.js';
import type { CreditEvent } from './events.js';
import { evolve } from './evolve.js';
import type { GrantDetails } from './grant.js';
import { hasExpired, isPaid, unheld } from './grant.js';
import { holdCredit, spendCredit, spendHold } from './hold.js';
import type { CreditRejection } from './rejections.js';
import { releaseHold, restoreCredit } from './return.js';
import { revokeCredit, revokeRefunded } from './revoke.js';
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
    case 'RevokeRefunded':
      return revokeRefunded(state, command);
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
