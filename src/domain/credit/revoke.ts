import type { Decision } from '../shared/decider.js';
import { accepted, nothingToDo, rejected } from '../shared/decider.js';
import { find } from '../shared/id-index.js';
import type { Instant } from '../shared/instant.js';
import type { Money } from '../shared/money.js';
import { add, isPositive, isZero, smaller, subtract, zero } from '../shared/money.js';
import type { CreditCommandOf } from './commands.js';
import type { CreditEvent } from './events.js';
import type { Grant } from './grant.js';
import { hasExpired, isPaid, netSpent, onHold, remaining, statusOf, unheld } from './grant.js';
import type { CreditRejection } from './rejections.js';
import type { CreditState } from './state.js';

type CreditDecision = Decision<CreditEvent, CreditRejection>;

export function revokeCredit(state: CreditState, command: CreditCommandOf<'RevokeCredit'>): CreditDecision {
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
function revokeUnpaid(grant: Grant, at: Instant): CreditDecision {
  const { details, totals, paymentReturned, owed } = grant;
  if (paymentReturned) return nothingToDo;
  const { creditId, grantType } = details;
  const amount = unheld(totals);
  return accepted<CreditEvent>(
    { type: 'CreditRevoked', at, creditId, amount, paid: isPaid(grantType), paymentReturned: true },
    ...leftUnpaid(grant, subtract(netSpent(totals), owed), at),
  );
}

/**
 * As much as nobody has spent is taken back, and the rest is owed, also while it is on hold. What was revoked by hand before has
 * given its money back already.
 */
export function revokeRefunded(
  state: CreditState,
  { at, creditId, refunded }: CreditCommandOf<'RevokeRefunded'>,
): CreditDecision {
  const grant = state.status === 'open' ? find(state.grants, creditId) : undefined;
  if (grant === undefined) return rejected({ code: 'credit_not_found', creditId });
  const { details, totals, owed, revokedAt, paymentReturned } = grant;
  const { currency } = details.amount;
  if (refunded.currency !== currency) return rejected({ code: 'currency_mismatch', expected: currency });
  const missing = subtract(refunded, add(totals.revoked, owed));
  if (paymentReturned || !isPositive(missing)) return nothingToDo;
  const unspent = smaller(missing, unheld(totals));
  const spent = add(netSpent(totals), revokedAt === null ? onHold(totals) : zero(currency));
  const unpaid = smaller(subtract(missing, unspent), subtract(spent, owed));
  const left = subtract(remaining(totals), unspent);
  const isAll = isZero(left) && isZero(netSpent(totals));
  const revoked: CreditEvent = {
    ...{ type: 'CreditRevoked', at, creditId, amount: unspent, paid: isPaid(details.grantType) },
    ...(isAll ? {} : { partly: isZero(left) ? 'empty' : 'some_left' }),
  };
  return accepted<CreditEvent>(...(isPositive(unspent) ? [revoked] : []), ...leftUnpaid(grant, unpaid, at));
}

function leftUnpaid({ details, debts }: Grant, amount: Money, at: Instant): readonly CreditEvent[] {
  if (!isPositive(amount)) return [];
  const debt = debts === 0 ? {} : { debt: debts + 1 };
  return [{ type: 'CreditLeftUnpaid', at, creditId: details.creditId, amount, ...debt }];
}
