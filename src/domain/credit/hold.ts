import type { Decision } from '../shared/decider.js';
import { accepted, nothingToDo, rejected } from '../shared/decider.js';
import { find, valuesOf } from '../shared/id-index.js';
import type { CreditId, HoldId } from '../shared/ids.js';
import type { Instant } from '../shared/instant.js';
import type { Money } from '../shared/money.js';
import { equals, isPositive, isZero, smaller, subtract, sum, zero } from '../shared/money.js';
import type { CreditCommandOf } from './commands.js';
import type { CreditEvent } from './events.js';
import type { CreditPart, Grant } from './grant.js';
import { available, compareGrants, remaining } from './grant.js';
import type { CreditRejection } from './rejections.js';
import type { CreditAccount, CreditState, Hold } from './state.js';

type CreditDecision = Decision<CreditEvent, CreditRejection>;
type Take = CreditCommandOf<'HoldCredit' | 'SpendCredit'>;

/** With it the facts of one release, two of each grant and its own, fit into one append. */
export const grantsPerHoldMax = 30;

export function holdCredit(state: CreditState, command: CreditCommandOf<'HoldCredit'>): CreditDecision {
  const known = holdIn(state, command.holdId);
  if (known === undefined) return take(state, command, (held) => [held]);
  if (!sameHold(known, command)) return rejected({ code: 'hold_already_exists' });
  return known.status === 'released' ? rejected({ code: 'hold_already_released' }) : nothingToDo;
}

export function spendCredit(state: CreditState, command: CreditCommandOf<'SpendCredit'>): CreditDecision {
  const known = holdIn(state, command.holdId);
  if (known !== undefined) {
    const same = sameHold(known, command) && known.status === 'spent';
    return same ? nothingToDo : rejected({ code: 'hold_already_exists' });
  }
  return take(state, command, (held, account) => [held, spent(account, held, command.at)]);
}

export function spendHold(state: CreditState, { at, holdId }: CreditCommandOf<'SpendHold'>): CreditDecision {
  const hold = holdIn(state, holdId);
  if (state.status === 'absent' || hold === undefined) return rejected({ code: 'hold_not_found' });
  switch (hold.status) {
    case 'spent':
      return nothingToDo;
    case 'released':
      return rejected({ code: 'hold_already_released' });
    case 'held': {
      // The money behind it is gone: it goes back, and is taken back there.
      const unpaid = hold.parts.find(({ creditId }) => find(state.grants, creditId)?.paymentReturned);
      if (unpaid !== undefined) return rejected({ code: 'credit_unpaid', creditId: unpaid.creditId });
      return accepted(spent(state, hold, at));
    }
  }
}

export function holdIn(state: CreditState, holdId: HoldId): Hold | undefined {
  return state.status === 'open' ? find<Hold>(state.holds, holdId) : undefined;
}

function sameHold(hold: Hold, { amount, invoiceId }: Take): boolean {
  return equals(hold.amount, amount) && hold.invoiceId === invoiceId;
}

/** Sets an amount aside out of the grants that come first. */
function take(
  state: CreditState,
  { at, holdId, amount, invoiceId, from }: Take,
  factsOf: (
    held: Extract<CreditEvent, { type: 'CreditHeld' }>,
    account: CreditAccount,
  ) => readonly CreditEvent[],
): CreditDecision {
  const { currency } = amount;
  if (state.status === 'absent') {
    if (from?.[0] !== undefined) return rejected({ code: 'credit_not_found', creditId: from[0] });
    if (!isPositive(amount)) return rejected({ code: 'amount_not_positive' });
    return rejected({ code: 'insufficient_credit', available: zero(currency) });
  }
  const grants = from === null ? inOrder(state, amount, at) : named(state, amount, from);
  if ('code' in grants) return rejected(grants);
  if (!isPositive(amount)) return rejected({ code: 'amount_not_positive' });
  const parts: CreditPart[] = [];
  let missing = amount;
  for (const grant of grants) {
    const usable = available(grant, at);
    if (isZero(missing) || isZero(usable)) continue;
    const share = smaller(usable, missing);
    parts.push({ creditId: grant.details.creditId, amount: share });
    missing = subtract(missing, share);
  }
  if (!isZero(missing)) {
    return rejected({ code: 'insufficient_credit', available: subtract(amount, missing) });
  }
  if (parts.length > grantsPerHoldMax) {
    return rejected({ code: 'too_many_grants', holdable: wholeOf(parts.slice(0, grantsPerHoldMax), amount) });
  }
  return accepted(...factsOf({ type: 'CreditHeld', at, holdId, amount, parts, invoiceId }, state));
}

function inOrder({ grants }: CreditAccount, { currency }: Money, at: Instant): readonly Grant[] {
  return [...valuesOf(grants)]
    .filter((grant) => grant.details.amount.currency === currency && isPositive(available(grant, at)))
    .sort(compareGrants);
}

/** The grants that were asked for by name, each once; or why they cannot be used together. */
function named(
  { grants }: CreditAccount,
  { currency }: Money,
  from: readonly CreditId[],
): readonly Grant[] | CreditRejection {
  const chosen: Grant[] = [];
  for (const creditId of new Set(from)) {
    const grant = find<Grant>(grants, creditId);
    if (grant === undefined) return { code: 'credit_not_found', creditId };
    const own = grant.details.amount.currency;
    if (own !== currency) return { code: 'currency_mismatch', expected: own };
    chosen.push(grant);
  }
  return chosen;
}

/** The fact that a hold is spent, which was set aside already or is in the same decision. */
function spent(
  { grants }: CreditAccount,
  { holdId, amount, parts, invoiceId }: Pick<Hold, 'holdId' | 'amount' | 'parts' | 'invoiceId'>,
  at: Instant,
): CreditEvent {
  const emptied = parts
    .filter((part) => {
      const grant = find<Grant>(grants, part.creditId);
      return grant !== undefined && equals(remaining(grant.totals), part.amount);
    })
    .map(({ creditId }) => creditId);
  return { type: 'CreditSpent', at, holdId, amount, parts, invoiceId, emptied };
}

function wholeOf(parts: readonly CreditPart[], { currency }: Money): Money {
  return sum(
    currency,
    parts.map(({ amount }) => amount),
  );
}
