import { impossible } from '../shared/corrupt-stream.js';
import { find, put } from '../shared/id-index.js';
import type { CreditId } from '../shared/ids.js';
import type { Money } from '../shared/money.js';
import { add, equals, subtract, sum, zero } from '../shared/money.js';
import type { CreditEvent, CreditEventOf } from './events.js';
import type { CreditTotals, Grant } from './grant.js';
import { noTotals, onHold, remaining, unheld } from './grant.js';
import type { CreditAccount, CreditState, Hold } from './state.js';

/** Folds one fact into the account; a fact that would leave less than nothing stops the fold with `CorruptStream`. */
export function evolve(state: CreditState, event: CreditEvent): CreditState {
  if (event.type === 'CreditGranted') return granted(state, event);
  if (state.status === 'absent') return impossible(state.status, event.type);
  switch (event.type) {
    case 'CreditHeld':
      return withHold(moved(state, event, 'held'), event, undefined, { status: 'held' });
    case 'CreditHoldReleased':
      return withHold(moved(state, event, 'released'), event, 'held', { status: 'released' });
    case 'CreditSpent':
      return withHold(moved(state, event, 'spent'), event, 'held', { status: 'spent', restores: [] });
    case 'CreditRestored':
      return restored(state, event);
    case 'CreditExpired':
      return changed(state, event, 'expired');
    case 'CreditExpiryExtended':
      return changed(state, event, null, { expiresAt: event.expiresAt });
    case 'CreditRevoked':
      return changed(state, event, 'revoked', {
        ...(event.partly !== undefined ? {} : { revokedAt: event.at }),
        ...(event.paymentReturned === true ? { paymentReturned: true } : {}),
      });
    case 'CreditLeftUnpaid': {
      const { owed, debts } = existing(state, event.creditId, event.type);
      return changed(state, event, null, { owed: add(owed, event.amount), debts: debts + 1 });
    }
    case 'CreditUnpaidReturned': {
      const { owed } = existing(state, event.creditId, event.type);
      return changed(state, event, null, { owed: subtract(owed, event.amount) });
    }
  }
}

function granted(state: CreditState, event: CreditEventOf<'CreditGranted'>): CreditAccount {
  const { type, at, paid: _paid, ...details } = event;
  const { creditId, customerId, amount, expiresAt } = details;
  const account: CreditAccount =
    state.status === 'open' ? state : { status: 'open', customerId, grants: null, holds: null, balances: {} };
  if (account.customerId !== customerId) return impossible(`account of ${account.customerId}`, type);
  if (find(account.grants, creditId) !== undefined) return impossible(`grant ${creditId}`, type);
  const grant: Grant = {
    details,
    createdAt: at,
    updatedAt: at,
    expiresAt,
    revokedAt: null,
    paymentReturned: false,
    owed: zero(amount.currency),
    debts: 0,
    totals: noTotals(amount),
  };
  const balance = account.balances[amount.currency];
  return {
    ...account,
    grants: put(account.grants, creditId, grant),
    balances: {
      ...account.balances,
      [amount.currency]: balance === undefined ? noTotals(amount) : grown(balance, 'granted', amount),
    },
  };
}

/** Adds each part to one sum of its grant, and the amount to that of the balance. */
function moved(
  account: CreditAccount,
  event: CreditEventOf<'CreditHeld' | 'CreditHoldReleased' | 'CreditSpent' | 'CreditRestored'>,
  total: keyof CreditTotals,
): CreditAccount {
  const { parts, amount, type } = event;
  const whole = sum(
    amount.currency,
    parts.map((part) => part.amount),
  );
  if (!equals(whole, amount)) return impossible('parts that are not the whole', type);
  let { grants } = account;
  for (const { creditId, amount: share } of parts) {
    const grant = existing(account, creditId, type);
    const totals = grown(grant.totals, total, share);
    grants = put(grants, creditId, { ...grant, updatedAt: event.at, totals: possible(totals, type) });
  }
  return { ...account, grants, balances: balanceGrown(account, total, amount, type) };
}

function withHold(
  account: CreditAccount,
  event: CreditEventOf<'CreditHeld' | 'CreditHoldReleased' | 'CreditSpent'>,
  from: Hold['status'] | undefined,
  to: { readonly status: 'held' | 'released' } | { readonly status: 'spent'; readonly restores: readonly [] },
): CreditAccount {
  const { holdId, amount, invoiceId, parts, type } = event;
  const known = find(account.holds, holdId);
  if (known?.status !== from || (known !== undefined && !equals(known.amount, amount))) {
    return impossible(`hold ${known?.status ?? 'absent'}`, type);
  }
  return { ...account, holds: put<Hold>(account.holds, holdId, { holdId, amount, invoiceId, parts, ...to }) };
}

function restored(state: CreditAccount, event: CreditEventOf<'CreditRestored'>): CreditAccount {
  const { holdId, restoreId, amount, type } = event;
  const account = moved(state, event, 'restored');
  const hold = find(account.holds, holdId);
  if (hold?.status !== 'spent') return impossible(`hold ${hold?.status ?? 'absent'}`, type);
  const restores = [...hold.restores, { restoreId, amount }];
  return { ...account, holds: put<Hold>(account.holds, holdId, { ...hold, restores }) };
}

/** A fact of one grant, which adds its amount to a sum or to none. */
function changed(
  account: CreditAccount,
  event: CreditEventOf<
    'CreditExpired' | 'CreditExpiryExtended' | 'CreditRevoked' | 'CreditLeftUnpaid' | 'CreditUnpaidReturned'
  >,
  total: 'expired' | 'revoked' | null,
  change: Partial<Pick<Grant, 'expiresAt' | 'revokedAt' | 'paymentReturned' | 'owed' | 'debts'>> = {},
): CreditAccount {
  const { creditId, amount, type } = event;
  const grant = existing(account, creditId, type);
  const totals = total === null ? grant.totals : possible(grown(grant.totals, total, amount), type);
  return {
    ...account,
    grants: put(account.grants, creditId, { ...grant, ...change, updatedAt: event.at, totals }),
    balances: total === null ? account.balances : balanceGrown(account, total, amount, type),
  };
}

function existing({ grants }: CreditAccount, creditId: CreditId, type: string): Grant {
  return find<Grant>(grants, creditId) ?? impossible(`no grant ${creditId}`, type);
}

function grown(totals: CreditTotals, total: keyof CreditTotals, by: Money): CreditTotals {
  return { ...totals, [total]: add(totals[total], by) };
}

function balanceGrown(
  { balances }: CreditAccount,
  total: keyof CreditTotals,
  by: Money,
  type: string,
): CreditAccount['balances'] {
  const balance = balances[by.currency] ?? impossible(`no balance in ${by.currency}`, type);
  return { ...balances, [by.currency]: grown(balance, total, by) };
}

/** No part of a grant is ever less than nothing, and no more comes back than was spent. */
function possible(totals: CreditTotals, type: string): CreditTotals {
  const spentNow = totals.spent.minor - totals.restored.minor;
  const least = [unheld(totals).minor, onHold(totals).minor, remaining(totals).minor, spentNow];
  return least.some((minor) => minor < 0n) ? impossible('less than nothing', type) : totals;
}
