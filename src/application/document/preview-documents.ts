import { createHash } from 'node:crypto';
import { isIssued } from '../../domain/invoice/state.js';
import type { InvoiceTemplateContent } from '../../domain/invoice-template/content.js';
import type { Currency } from '../../domain/shared/currency.js';
import type { Looks } from '../branding/looks.js';
import type { DocumentPrinter } from '../ports/document-printer.js';
import type { Zone } from '../shared/zones.js';
import { creditNoteSheet } from './credit-note-sheet.js';
import { wordingOf } from './document-look.js';
import { invoiceSheet } from './invoice-sheet.js';
import type { PrintedDocument } from './print-documents.js';
import { sampleBuyer, sampleInvoice } from './sample-invoice.js';

/** Prints a document of sample data, as it would look now. */
export type PreviewDocuments = (wanted: {
  readonly document: 'invoice' | 'credit_note';
  /** Null for the branding's. */
  readonly locale: string | null;
  readonly currency: Currency;
  /** Null for the one that the branding names. */
  readonly template: InvoiceTemplateContent | null;
}) => Promise<PrintedDocument>;

export function createPreviewDocuments(parts: {
  readonly looks: Looks;
  readonly printer: DocumentPrinter;
  readonly zone: Zone;
}): PreviewDocuments {
  const { looks, printer, zone } = parts;
  return async ({ document, locale, currency, template }) => {
    const { look } = await looks.at(await looks.current());
    const wording = wordingOf({ ...look, template: template ?? look.template }, locale);
    const invoice = sampleInvoice(currency);
    const [note] = isIssued(invoice) ? invoice.creditNotes : [];
    const sheet =
      document === 'credit_note' && isIssued(invoice) && note !== undefined
        ? creditNoteSheet(wording, { invoice, note, buyer: sampleBuyer })
        : invoiceSheet(wording, { invoice, buyer: sampleBuyer, plan: null, zone });
    const bytes = await printer.print(sheet);
    return { bytes, sha256: createHash('sha256').update(bytes).digest('hex'), name: 'preview' };
  };
}
