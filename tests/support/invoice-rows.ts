import type { InvoiceRow } from '../../src/application/ports/invoice-queries.js';
import { priceInvoice } from '../../src/domain/invoice/price-invoice.js';
import type { InvoiceState, IssuedInvoice } from '../../src/domain/invoice/state.js';
import { creditedOf, dueOf, isIssued, paidOf } from '../../src/domain/invoice/state.js';

function taxDue(issued: IssuedInvoice | undefined): bigint {
  if (issued === undefined || issued.status === 'void') return 0n;
  if (issued.content.taxPoint === 'payment') return issued.taxFallenDue.minor;
  const notes = issued.creditNotes.filter(({ number }) => number !== null);
  return notes.reduce((left, note) => left - note.tax.minor, issued.priced.tax.minor);
}

/** What the list must show of a state, written down a second time. */
export function invoiceRowsOf(state: InvoiceState, events: number): readonly InvoiceRow[] {
  if (state.status === 'absent') return [];
  const { details, content: of } = state;
  const issued = isIssued(state) ? state : undefined;
  const result = priceInvoice(details.currency, of);
  if ('tooLarge' in result) throw new Error('the example has no price');
  const { net, tax, total } = issued?.priced ?? result.priced;
  return [
    {
      id: details.invoiceId,
      status: state.status,
      number: issued?.number ?? null,
      issued_on: issued?.issuedOn ?? null,
      due_on: issued?.dueOn ?? null,
      customer: details.customerId,
      order: details.orderId,
      purpose: details.purpose,
      currency: details.currency,
      amount_net: net.minor,
      amount_tax: tax.minor,
      amount_tax_due: taxDue(issued),
      amount_total: total.minor,
      amount_paid: issued === undefined ? 0n : paidOf(issued).minor,
      amount_credited: issued === undefined ? 0n : creditedOf(issued).minor,
      amount_written_off: issued?.writtenOff.minor ?? 0n,
      amount_due: issued === undefined ? 0n : dueOf(issued).minor,
      metadata: of.metadata,
      revision: BigInt(events - 1),
      created_at: state.createdAt,
    },
  ];
}
