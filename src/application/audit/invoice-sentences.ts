import type { InvoiceEvent } from '../../domain/invoice/events.js';
import type { SeriesEvent } from '../../domain/invoice/number-series.js';
import { format } from '../../domain/shared/money.js';
import type { Tender } from '../../domain/shared/tender.js';

/** What happened to an invoice, in one sentence; amounts in major units. */
export function describeInvoiceEvent(event: InvoiceEvent): string {
  switch (event.type) {
    case 'InvoiceDrafted':
      return `Drafted an invoice in ${event.currency} with ${lines(event.content.lines.length)}.`;
    case 'InvoiceDraftRevised':
      return `Revised the draft, which has ${lines(event.content.lines.length)} now.`;
    case 'InvoiceFinalizationRequested':
      return `Asked for the next number of ${event.series}; issued on ${event.issuedOn} and due on ${event.dueOn}.`;
    case 'InvoiceFinalized': {
      const { number, net, tax, total, dueOn } = event;
      return `Issued invoice ${number} of ${format(total)} (${format(net)} and ${format(tax)} tax), due on ${dueOn}.`;
    }
    case 'InvoiceSent':
      return 'Gave the invoice to the customer.';
    case 'InvoiceCollectionClaimed':
      return `Collection ${event.collectionId} alone may ask for ${format(event.amount)} now.`;
    case 'InvoiceCollectionReleased':
      return `Collection ${event.collectionId} is over.`;
    case 'InvoicePaymentApplied':
      return `Set ${format(event.amount)} from ${carrier(event.tender)} against the invoice.`;
    case 'InvoicePaymentReversed':
      return `Took ${format(event.amount)} from ${carrier(event.tender)} back off the invoice.`;
    case 'InvoiceRefundRequested':
      return `Asked for ${format(event.amount)} to go back, to ${tenders(event.parts.length)}.`;
    case 'InvoiceRefundPartRefused':
      return `Left ${format(event.amount)} on the invoice, which did not go back (${event.code}).`;
    case 'InvoiceCreditRequested':
      return `Asked for the next number of ${event.series}, to credit ${format(event.total)}.`;
    case 'InvoiceCredited': {
      const reason = event.creditReason.replaceAll('_', ' ');
      if (event.reverses !== undefined) {
        return `Issued ${event.number}, which takes credit note ${event.reverses} back: ${format(event.total)}.`;
      }
      return `Issued credit note ${event.number} of ${format(event.total)} (${reason}).`;
    }
    case 'InvoicePaid':
      return `Nothing is due any more: ${format(event.paid)} paid and ${format(event.credited)} credited.`;
    case 'InvoiceReopened':
      return `Opened the invoice again, with ${format(event.due)} due.`;
    case 'InvoiceVoided':
      return `Voided the invoice, which had ${format(event.total)} left; it keeps its number.`;
    case 'InvoiceMarkedUncollectible':
      return `Gave ${format(event.amount)} up as uncollectible.`;
    case 'InvoiceDifferenceWrittenOff': {
      const { amount, applicationId, writtenOffBy, reason } = event;
      return reason === 'short_payment'
        ? `Asked for ${format(amount)} no more, which ${applicationId}, verified by ${writtenOffBy}, was short by.`
        : `Asked again for what ${applicationId} had been short by, since it is gone: ${format(amount)} written off.`;
    }
    case 'InvoiceTaxFellDue':
      return `Tax of ${format(event.amount)} fell due with what was received, ${format(event.fallenDue)} by now.`;
  }
}

export function describeSeriesEvent({ number, documentId }: SeriesEvent): string {
  return `Gave number ${number} to ${documentId}.`;
}

function lines(count: number): string {
  return count === 1 ? '1 line' : `${count} lines`;
}

function tenders(count: number): string {
  return count === 1 ? '1 tender' : `${count} tenders`;
}

function carrier(tender: Tender): string {
  switch (tender.kind) {
    case 'card':
      return `payment ${tender.paymentId}`;
    case 'credit':
      return `the customer's credit (${tender.holdId})`;
    case 'manual':
      return `manual payment ${tender.manualPaymentId}`;
  }
}
