import { addDays, parseCivilDate } from '../shared/civil-date.js';
import type { Decision } from '../shared/decider.js';
import { accepted, nothingToDo, rejected } from '../shared/decider.js';
import { find } from '../shared/id-index.js';
import type { Instant } from '../shared/instant.js';
import { parseInstant } from '../shared/instant.js';
import type { Money } from '../shared/money.js';
import { add, compare, equals, isPositive, isZero, smaller, subtract, sum, zero } from '../shared/money.js';
import type { CreditCommandOf } from './commands.js';
import type { CreditEvent } from './events.js';
import type { CreditPart, Grant } from './grant.js';
import { hasExpired, isPaid, netSpent, remaining, unheld } from './grant.js';
import { holdIn } from './hold.js';
import type { CreditRejection } from './rejections.js';
import type { CreditAccount, CreditState, Hold } from './state.js';

type CreditDecision = Decision<CreditEvent, CreditRejection>;

export function releaseHold(
  state: CreditState,
  { at, holdId }: CreditCommandOf<'ReleaseHold'>,
): CreditDecision {
  const hold = holdIn(state, holdId);
  if (state.status === 'absent' || hold === undefined) return rejected({ code: 'hold_not_found' });
  switch (hold.status) {
    case 'released':
      return nothingToDo;
    case 'spent':
      return rejected({ code: 'hold_already_spent' });
    case 'held': {
      const { amount, parts, invoiceId } = hold;
      const released: CreditEvent = { type: 'CreditHoldReleased', at, holdId, amount, parts, invoiceId };
      return accepted(...withWhatFollows(state, released, parts, at));
    }
  }
}

export function restoreCredit(state: CreditState, command: CreditCommandOf<'RestoreCredit'>): CreditDecision {
  const { at, holdId, restoreId, amount } = command;
  const hold = holdIn(state, holdId);
  if (state.status === 'absent' || hold === undefined) return rejected({ code: 'hold_not_found' });
  if (hold.status === 'held') return rejected({ code: 'hold_not_spent' });
  if (hold.status === 'released') return rejected({ code: 'hold_already_released' });
  const known = hold.restores.find((restore) => restore.restoreId === restoreId);
  if (known !== undefined) {
    return equals(known.amount, amount) ? nothingToDo : rejected({ code: 'restore_already_exists' });
  }
  const { currency } = hold.amount;
  if (amount.currency !== currency) return rejected({ code: 'currency_mismatch', expected: currency });
  if (!isPositive(amount)) return rejected({ code: 'amount_not_positive' });
  const before = restoredOf(hold);
  const restorable = subtract(hold.amount, before);
  if (compare(amount, restorable) > 0) return rejected({ code: 'restore_exceeds_spent', restorable });
  const parts = partsToRestore(hold.parts, before, amount);
  const revived = parts.flatMap(({ creditId }) => {
    const grant = find<Grant>(state.grants, creditId);
    return grant === undefined || !isZero(remaining(grant.totals))
      ? []
      : [{ creditId, expiresAt: grant.expiresAt }];
  });
  const { invoiceId } = hold;
  const restored: CreditEvent = {
    ...{ type: 'CreditRestored', at, holdId, restoreId, amount, parts, invoiceId, revived },
  };
  return accepted(...withWhatFollows(state, restored, parts, at));
}

function restoredOf(hold: Extract<Hold, { status: 'spent' }>): Money {
  return sum(
    hold.amount.currency,
    hold.restores.map(({ amount }) => amount),
  );
}

/** Goes back through what was used, past what came back before, so that any partition restores the same. */
function partsToRestore(used: readonly CreditPart[], before: Money, amount: Money): readonly CreditPart[] {
  const parts: CreditPart[] = [];
  let [passed, missing] = [before, amount];
  for (const part of [...used].reverse()) {
    const skipped = smaller(part.amount, passed);
    passed = subtract(passed, skipped);
    const left = subtract(part.amount, skipped);
    const share = smaller(left, missing);
    if (isPositive(share)) parts.push({ creditId: part.creditId, amount: share });
    missing = subtract(missing, share);
  }
  return parts;
}

/**
 * The fact that parts come back to their grants, and what this means where a grant has expired or was revoked meanwhile.
 * What was left of an expired grant all along is booked as expired first, so that an extension is of what came back only.
 */
function withWhatFollows(
  account: CreditAccount,
  fact: CreditEvent,
  parts: readonly CreditPart[],
  at: Instant,
): readonly CreditEvent[] {
  const before: CreditEvent[] = [];
  const after: CreditEvent[] = [];
  for (const { creditId, amount } of parts) {
    const grant = find<Grant>(account.grants, creditId);
    if (grant === undefined) continue;
    const { details, revokedAt, totals, owed } = grant;
    const paid = isPaid(details.grantType);
    if (revokedAt !== null) {
      after.push({ type: 'CreditRevoked', at, creditId, amount, paid });
      const spent = fact.type === 'CreditRestored' ? subtract(netSpent(totals), amount) : netSpent(totals);
      const over = subtract(owed, spent);
      if (isPositive(over)) after.push({ type: 'CreditUnpaidReturned', at, creditId, amount: over });
      continue;
    }
    // Before the customer has it again, it is owed no more.
    const returned = smaller(amount, owed);
    if (isPositive(returned)) {
      const back = fact.type === 'CreditRestored' ? amount : zero(amount.currency);
      const left = subtract(add(remaining(totals), back), returned);
      const partly = isZero(left) ? 'empty' : 'some_left';
      after.push({ type: 'CreditRevoked', at, creditId, amount: returned, paid, partly });
      after.push({ type: 'CreditUnpaidReturned', at, creditId, amount: returned });
    }
    const usable = subtract(amount, returned);
    if (!isPositive(usable) || !hasExpired(grant, at)) continue;
    const left = unheld(totals);
    if (isPositive(left)) before.push({ type: 'CreditExpired', at, creditId, amount: left });
    const { lateReturn } = details;
    switch (lateReturn.policy) {
      case 'breakage':
        after.push({ type: 'CreditExpired', at, creditId, amount: usable });
        break;
      case 'extension': {
        const expiresAt = daysAfter(at, lateReturn.days);
        after.push({ type: 'CreditExpiryExtended', at, creditId, amount: usable, expiresAt });
      }
    }
  }
  return [...before, fact, ...after];
}

/** Days of 24 hours. */
function daysAfter(at: Instant, days: number): Instant {
  const date = parseCivilDate(at.slice(0, 10));
  const later = date === undefined ? undefined : parseInstant(`${addDays(date, days)}${at.slice(10)}`);
  if (later === undefined) throw new RangeError(`${days} days after ${at} is no instant`);
  return later;
}
