import type { CreditRow, WalletTransactionRow } from '../../../application/ports/read-models.js';
import type { Grant } from '../../../domain/credit/grant.js';
import { available, isPaid, onHold, remaining, statusOf } from '../../../domain/credit/grant.js';
import type { CreditState } from '../../../domain/credit/state.js';
import { valuesOf } from '../../../domain/shared/id-index.js';
import type { CustomerId } from '../../../domain/shared/ids.js';
import type { Instant } from '../../../domain/shared/instant.js';
import { equals, sum } from '../../../domain/shared/money.js';

/** Credit as the API shows it, from the aggregate and from the read model alike. */
export function creditOfRow({ customer_id: customer, ...row }: CreditRow, livemode: boolean) {
  return {
    id: row.id,
    object: 'credit' as const,
    customer,
    status: row.status,
    amount: row.amount,
    currency: row.currency,
    remaining_amount: row.remaining_amount,
    held_amount: row.held_amount,
    fully_used: row.fully_used,
    type: row.type,
    paid: row.paid,
    source: row.source,
    description: row.description,
    priority: row.priority,
    expires_at: row.expires_at,
    late_return: row.late_return,
    late_return_days: row.late_return_days,
    granted_by: row.granted_by,
    metadata: row.metadata,
    livemode,
    created_at: row.created_at,
    updated_at: row.updated_at,
  };
}

export function creditOfGrant(grant: Grant, livemode: boolean) {
  const { details, totals, createdAt, updatedAt, expiresAt } = grant;
  const { lateReturn, amount } = details;
  return creditOfRow(
    {
      id: details.creditId,
      customer_id: details.customerId,
      amount: amount.minor,
      currency: amount.currency,
      type: details.grantType,
      paid: isPaid(details.grantType),
      source: details.source,
      description: details.description,
      priority: details.priority,
      status: statusOf(grant),
      remaining_amount: remaining(totals).minor,
      held_amount: onHold(totals).minor,
      fully_used: equals(totals.spent, { ...amount, minor: amount.minor + totals.restored.minor }),
      expires_at: expiresAt,
      late_return: lateReturn.policy,
      late_return_days: lateReturn.policy === 'extension' ? lateReturn.days : null,
      granted_by: details.grantedBy,
      metadata: details.metadata,
      created_at: createdAt,
      updated_at: updatedAt,
    },
    livemode,
  );
}

/** All that a customer has, in each currency by itself. */
export function walletOf(customerId: CustomerId, state: CreditState, now: Instant, livemode: boolean) {
  const grants = state.status === 'absent' ? [] : [...valuesOf(state.grants)];
  const balances = state.status === 'absent' ? {} : state.balances;
  return {
    id: customerId,
    object: 'wallet' as const,
    customer: customerId,
    balances: Object.entries(balances)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([code, totals]) => {
        const currency = totals.granted.currency;
        const usable = grants
          .filter(({ details }) => details.amount.currency === currency)
          .map((grant) => available(grant, now));
        return {
          currency: code,
          available: sum(currency, usable).minor,
          held: onHold(totals).minor,
          remaining: remaining(totals).minor,
          granted: totals.granted.minor,
          spent: totals.spent.minor,
          restored: totals.restored.minor,
          expired: totals.expired.minor,
          revoked: totals.revoked.minor,
        };
      }),
    metadata: {},
    livemode,
    created_at: grants.map(({ createdAt }) => createdAt).sort()[0] ?? null,
  };
}

export function transactionOfRow(row: WalletTransactionRow, livemode: boolean) {
  return {
    id: row.id,
    object: 'wallet_transaction' as const,
    type: row.type,
    credit: row.credit_id,
    amount: row.amount,
    currency: row.currency,
    hold: row.hold_id,
    invoice: row.invoice_id,
    metadata: {},
    livemode,
    created_at: row.created_at,
  };
}
