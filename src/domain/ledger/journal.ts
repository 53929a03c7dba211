import type { Currency } from '../shared/currency.js';
import type { Money } from '../shared/money.js';
import { add, isZero, negate, zero } from '../shared/money.js';

/**
 * The chart of accounts. Balances are debit-positive: an asset or expense grows with positive lines, a liability or
 * income with negative ones.
 */
export const accounts = {
  /** Our money at the payment provider. */
  processor_balance: 'asset',
  /** Taken from customers and not yet set against an invoice. */
  unapplied_payments: 'liability',
  /** What the payment provider keeps for its work. */
  processor_fees: 'expense',
  /** What disputes took of payments and did not bring back. */
  dispute_losses: 'expense',
  /** What the payment provider asks for a dispute. */
  dispute_fees: 'expense',
  /** Where an amount changes its currency: holds the difference between what was charged and what was settled. */
  fx_position: 'asset',
  /** What customers owe on finalized invoices. */
  accounts_receivable: 'asset',
  /** Cheques, wires and cash that were verified. */
  bank: 'asset',
  /** Sold on invoices, without tax. */
  revenue: 'income',
  /** Tax on invoices, owed to the authorities. */
  tax_payable: 'liability',
  /** Tax on invoices that falls due as they are paid, and has not yet. */
  tax_deferred: 'liability',
  /** Charged because a due date was missed. */
  late_fees: 'income',
  /** Given for paying early. */
  early_payment_discounts: 'expense',
  /** Invoices that nobody will pay. */
  bad_debt: 'expense',
  /** Small differences of manual payments that are not asked for, and what a bounced one costs. */
  payment_differences: 'expense',
  /** Credit that customers may still spend. */
  customer_credit: 'liability',
  /** Credit that was given and not paid for. */
  promotional_expense: 'expense',
  /** Credit that expired unspent. */
  breakage: 'income',
} as const satisfies Record<string, 'asset' | 'liability' | 'income' | 'expense'>;

export type Account = keyof typeof accounts;

/** One line of a journal: a debit when positive, a credit when negative, never zero. */
export type JournalLine = { readonly account: Account; readonly amount: Money };

/** Lines that stand or fall together; they sum to zero in every currency. */
export type Journal = { readonly description: string; readonly lines: readonly JournalLine[] };

/** A journal that does not balance, has fewer than two lines or a zero line: always a bug of the caller. */
export class UnbalancedJournal extends Error {
  override readonly name = 'UnbalancedJournal';
}

export function debit(account: Account, amount: Money): JournalLine {
  return { account, amount };
}

export function credit(account: Account, amount: Money): JournalLine {
  return { account, amount: negate(amount) };
}

/** Builds a journal, or throws when it could not stand in a double-entry book. */
export function journal(description: string, ...lines: readonly JournalLine[]): Journal {
  if (lines.length < 2) throw new UnbalancedJournal(`${description}: fewer than two lines`);
  const sums = new Map<Currency, Money>();
  for (const { amount } of lines) {
    if (isZero(amount)) throw new UnbalancedJournal(`${description}: a line of zero`);
    sums.set(amount.currency, add(sums.get(amount.currency) ?? zero(amount.currency), amount));
  }
  for (const total of sums.values()) {
    if (!isZero(total)) {
      throw new UnbalancedJournal(`${description}: off by ${total.minor} ${total.currency}`);
    }
  }
  return { description, lines };
}
