import type { IssuedInvoice, Reversal } from '../../domain/invoice/state.js';
import { payableOf } from '../../domain/invoice/state.js';
import type { CreditNoteId, InvoiceId } from '../../domain/shared/ids.js';
import type { Money } from '../../domain/shared/money.js';
import { subtract, sum } from '../../domain/shared/money.js';
import { creditNoteIdOf } from '../invoice/invoice-ids.js';
import { commandIdOf } from '../shared/event-ids.js';

const takenBackBy = ' taken back by ';

/** Names what is taken back of an application because of a cause that asks for less. */
export function reversalForLess(applicationId: string, cause: string): string {
  return `${applicationId}${takenBackBy}${cause}`;
}

/** The credit note over what a refund took off an invoice. */
export function noteOfRefund(reversalId: string): CreditNoteId {
  return creditNoteIdOf(commandIdOf('credit note of refund', reversalId));
}

/** The credit note over what had been paid of what a change order asks for no more. */
export function noteOfPaid(cause: string, invoiceId: InvoiceId): CreditNoteId {
  return creditNoteIdOf(commandIdOf('credit note of change order', `${cause} ${invoiceId} paid`));
}

export function noteOfDiscount(cause: string): CreditNoteId {
  return creditNoteIdOf(commandIdOf('early discount', cause));
}

/**
 * What is due for a credit note to take. What an invoice was paid is taken back first and credited then, so that for a moment
 * it looks due: until its credit note is there, it is due for that one alone.
 */
export function dueFor(creditNoteId: CreditNoteId, invoice: IssuedInvoice): Money {
  const kept = invoice.applications
    .flatMap(({ reversals }) => reversals)
    .filter((reversal) => isKeptFromOthers(reversal, creditNoteId, invoice));
  return subtract(
    payableOf(invoice),
    sum(
      invoice.details.currency,
      kept.map(({ amount }) => amount),
    ),
  );
}

function isKeptFromOthers(
  reversal: Reversal,
  creditNoteId: CreditNoteId,
  { details, creditNotes }: IssuedInvoice,
): boolean {
  const notes = notesOver(reversal, details.invoiceId);
  const isCredited = creditNotes.some((note) => notes.includes(note.creditNoteId));
  return notes.length > 0 && !isCredited && !notes.includes(creditNoteId);
}

/** One of these is to credit it; none where it is asked for again. */
function notesOver({ reversalId, cause }: Reversal, invoiceId: InvoiceId): readonly CreditNoteId[] {
  switch (cause) {
    case 'refunded':
      return [noteOfRefund(reversalId)];
    case 'less_due': {
      const [, by = ''] = reversalId.split(takenBackBy);
      return [noteOfPaid(by, invoiceId), noteOfDiscount(by), noteOfRefund(by)];
    }
    case 'payment_returned':
    case null:
      return [];
  }
}
