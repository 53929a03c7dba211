import { isIssued } from '../../domain/invoice/state.js';
import type { Money } from '../../domain/shared/money.js';
import { isPositive, smaller } from '../../domain/shared/money.js';
import type { InvoiceOperations } from '../invoice/invoice-operations.js';
import type { EventMetadata } from '../ports/event-store.js';
import { mustBeAccepted } from './policy-steps.js';
import { dueFor, noteOfRefund } from './taken-back.js';

/**
 * The credit note that says why nothing is due for what went back, as far as nobody has paid it again meanwhile; one for each
 * reversal. May be repeated.
 */
export async function creditRefunded(
  invoices: Pick<InvoiceOperations, 'load' | 'credit'>,
  refunded: { readonly invoiceId: string; readonly reversalId: string; readonly amount: Money },
  metadata: EventMetadata,
): Promise<void> {
  const { invoiceId, reversalId, amount } = refunded;
  const { state } = await invoices.load(invoiceId);
  if (!isIssued(state)) return;
  const creditNoteId = noteOfRefund(reversalId);
  const known = state.creditNotes.find((note) => note.creditNoteId === creditNoteId);
  const part = known?.total ?? smaller(amount, dueFor(creditNoteId, state));
  if (!isPositive(part)) return;
  const credited = await invoices.credit(
    invoiceId,
    { creditNoteId, scope: { by: 'total', amount: part }, creditReason: 'returned' },
    metadata,
  );
  mustBeAccepted(credited, `credit the refund ${reversalId}`);
}
