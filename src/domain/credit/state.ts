import type { Currency } from '../shared/currency.js';
import type { IdIndex } from '../shared/id-index.js';
import type { CustomerId, HoldId, InvoiceId } from '../shared/ids.js';
import type { Money } from '../shared/money.js';
import type { CreditPart, CreditTotals, Grant } from './grant.js';

/** What was set aside at once; as `spent` it is what a payment with credit took. */
export type Hold = {
  readonly holdId: HoldId;
  readonly amount: Money;
  readonly invoiceId: InvoiceId | null;
  readonly parts: readonly CreditPart[];
} & (
  | { readonly status: 'held' }
  | { readonly status: 'released' }
  | { readonly status: 'spent'; readonly restores: readonly Restore[] }
);

type Restore = { readonly restoreId: string; readonly amount: Money };

export type CreditAccount = {
  readonly status: 'open';
  readonly customerId: CustomerId;
  readonly grants: IdIndex<Grant>;
  readonly holds: IdIndex<Hold>;
  /** The sums over the grants of each currency. */
  readonly balances: Readonly<Partial<Record<Currency, CreditTotals>>>;
};

export type CreditState = { readonly status: 'absent' } | CreditAccount;
