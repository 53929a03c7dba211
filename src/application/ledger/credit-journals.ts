import type { CreditEvent } from '../../domain/credit/events.js';
import type { Journal } from '../../domain/ledger/journal.js';
import { credit, debit, journal } from '../../domain/ledger/journal.js';
import { isZero } from '../../domain/shared/money.js';

/**
 * What a fact of a credit account means in the books. Spending on an invoice, undoing it, and what is owed for it when its
 * money is gone, is booked by the facts of invoices; what is spent without one is money received that no invoice has used yet.
 */
export function creditJournalOf(event: CreditEvent): Journal | undefined {
  switch (event.type) {
    case 'CreditGranted':
      return journal(
        'Credit granted',
        debit(event.paid ? 'unapplied_payments' : 'promotional_expense', event.amount),
        credit('customer_credit', event.amount),
      );
    case 'CreditSpent':
      if (event.invoiceId !== null) return undefined;
      return journal(
        'Credit spent',
        debit('customer_credit', event.amount),
        credit('unapplied_payments', event.amount),
      );
    case 'CreditRestored':
      if (event.invoiceId !== null) return undefined;
      return journal(
        'Credit restored',
        debit('unapplied_payments', event.amount),
        credit('customer_credit', event.amount),
      );
    case 'CreditExpired':
      return journal(
        'Credit expired',
        debit('customer_credit', event.amount),
        credit('breakage', event.amount),
      );
    case 'CreditRevoked':
      // All of the grant is on hold: nothing is taken back yet.
      if (isZero(event.amount)) return undefined;
      return journal(
        'Credit revoked',
        debit('customer_credit', event.amount),
        credit(event.paid ? 'unapplied_payments' : 'promotional_expense', event.amount),
      );
    case 'CreditHeld':
    case 'CreditHoldReleased':
    case 'CreditExpiryExtended':
    case 'CreditLeftUnpaid':
    case 'CreditUnpaidReturned':
      return undefined;
  }
}
