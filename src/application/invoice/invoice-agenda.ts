import type { InvoiceEvent } from '../../domain/invoice/events.js';
import type { AgendaEntry } from '../shared/agenda.js';
import { kept, promised } from '../shared/agenda.js';
import { later } from '../webhook/retry-schedule.js';

export const finalization = 'invoice.finalization';
export const creditNote = 'invoice.credit_note';
/** How long a document is left to whoever asked for it. */
const graceMs = 2_000;

/** What an invoice's fact says about what is to be done: a request for a number must come to one, whoever dies. */
export function invoiceAgendaOf(event: InvoiceEvent): readonly AgendaEntry[] {
  switch (event.type) {
    case 'InvoiceFinalizationRequested':
      return [promised(finalization, later(event.at, graceMs))];
    case 'InvoiceFinalized':
      return [kept(finalization)];
    case 'InvoiceCreditRequested':
      return [promised(creditNote, later(event.at, graceMs), event.creditNoteId)];
    case 'InvoiceCredited':
      return [kept(creditNote, event.creditNoteId)];
    case 'InvoiceDrafted':
    case 'InvoiceDraftRevised':
    case 'InvoiceSent':
    case 'InvoiceCollectionClaimed':
    case 'InvoiceCollectionReleased':
    case 'InvoicePaymentApplied':
    case 'InvoicePaymentReversed':
    case 'InvoiceRefundRequested':
    case 'InvoiceRefundPartRefused':
    case 'InvoicePaid':
    case 'InvoiceReopened':
    case 'InvoiceVoided':
    case 'InvoiceMarkedUncollectible':
    case 'InvoiceTaxFellDue':
    case 'InvoiceDifferenceWrittenOff':
      return [];
  }
}
