import type { CreditNoteRow } from '../../../application/ports/invoice-queries.js';
import type { CreditNote, IssuedInvoice } from '../../../domain/invoice/state.js';

/** Credit notes as the API shows them: in short from the read model, with their lines from the aggregate. */
export function creditNoteOfRow(row: CreditNoteRow, livemode: boolean) {
  return { ...row, object: 'credit_note' as const, metadata: {}, livemode };
}

/** As the read model has it. */
export function creditNoteRowOf({ details }: IssuedInvoice, note: CreditNote): CreditNoteRow {
  return {
    id: note.creditNoteId,
    invoice: details.invoiceId,
    status: note.number === null ? 'pending' : 'issued',
    number: note.number,
    reason: note.creditReason,
    issued_on: note.issuedOn,
    currency: details.currency,
    amount_net: note.net.minor,
    amount_tax: note.tax.minor,
    amount_total: note.total.minor,
    reverses: note.reverses,
    created_at: note.requestedAt,
  };
}

export function creditNoteOfState(invoice: IssuedInvoice, note: CreditNote, livemode: boolean) {
  return {
    ...creditNoteOfRow(creditNoteRowOf(invoice, note), livemode),
    lines: note.lines.map(({ line, net, tax, total, taxes }) => ({
      line,
      amount_net: net.minor,
      amount_tax: tax.minor,
      amount_total: total.minor,
      taxes: taxes.map(({ rate, amount }) => ({ rate, amount: amount.minor })),
    })),
  };
}
