import type { Journal } from '../../domain/ledger/journal.js';
import { credit, debit, journal } from '../../domain/ledger/journal.js';
import type { ManualPaymentEvent } from '../../domain/manual-payment/messages.js';

/**
 * What a manual payment's fact means in the books. Recorded money is nobody's yet; setting it against an invoice, or turning
 * it into credit, is booked by the facts of the invoice and of the credit account.
 */
export function manualPaymentJournalOf(event: ManualPaymentEvent): Journal | undefined {
  switch (event.type) {
    case 'ManualPaymentVerified':
      return journal(
        'Manual payment verified',
        debit('bank', event.amount),
        credit('unapplied_payments', event.amount),
      );
    case 'ManualPaymentReversed': {
      const { amount, fee } = event;
      const cost = fee === null ? [] : [debit('payment_differences', fee), credit('bank', fee)];
      return journal(
        'Manual payment reversed',
        debit('unapplied_payments', amount),
        credit('bank', amount),
        ...cost,
      );
    }
    case 'ManualPaymentRecorded':
    case 'ManualPaymentRejected':
    case 'ManualPaymentApplied':
    case 'ManualPaymentUnapplied':
    case 'ManualPaymentKeptAsCredit':
      return undefined;
  }
}
