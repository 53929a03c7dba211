import type { IssuedInvoice } from '../../domain/invoice/state.js';
import { isIssued } from '../../domain/invoice/state.js';
import type { InvoiceId } from '../../domain/shared/ids.js';
import type { Money } from '../../domain/shared/money.js';
import { compare } from '../../domain/shared/money.js';
import type { InvoiceOperations } from '../invoice/invoice-operations.js';
import type { EventMetadata } from '../ports/event-store.js';
import type { LowerInvoices } from './lower-invoices.js';
import { mustBeAccepted } from './policy-steps.js';
import { dueFor, noteOfRefund } from './taken-back.js';

/**
 * The credit note that says why nothing is due for what went back; one for each reversal. Where somebody has paid it again
 * meanwhile, that money is the customer's credit first. May be repeated.
 * @throws while a collection that might do so holds the invoice
 */
export async function creditRefunded(
  parts: {
    readonly invoices: Pick<InvoiceOperations, 'load' | 'credit'>;
    readonly lowerInvoices: Pick<LowerInvoices, 'creditForgiven'>;
  },
  refunded: { readonly invoiceId: InvoiceId; readonly reversalId: string; readonly amount: Money },
  metadataOf: (step: string) => EventMetadata,
): Promise<void> {
  const { invoices, lowerInvoices } = parts;
  const { invoiceId, reversalId, amount } = refunded;
  const { state } = await invoices.load(invoiceId);
  if (!isIssued(state)) return;
  const creditNoteId = noteOfRefund(reversalId);
  const known = state.creditNotes.find((note) => note.creditNoteId === creditNoteId);
  if (known === undefined && compare(dueFor(creditNoteId, state), amount) < 0) {
    const later = appliedAfter(state, reversalId);
    await lowerInvoices.creditForgiven(invoiceId, { creditNoteId, amount }, (id) => later.includes(id), {
      ...{ cause: reversalId, creditReason: 'returned', metadataOf },
    });
    return;
  }
  const credited = await invoices.credit(
    invoiceId,
    { creditNoteId, scope: { by: 'total', amount: known?.total ?? amount }, creditReason: 'returned' },
    metadataOf('credit'),
  );
  mustBeAccepted(credited, `credit the refund ${reversalId}`);
}

/** What was paid before had not paid it again; nor had anybody who credited it by hand. */
function appliedAfter({ applications }: IssuedInvoice, reversalId: string): readonly string[] {
  const reversal = applications
    .flatMap(({ reversals }) => reversals)
    .find((one) => one.reversalId === reversalId);
  return applications.slice(reversal?.appliedBefore).map(({ applicationId }) => applicationId);
}
