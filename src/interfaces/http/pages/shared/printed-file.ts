import type { PrintedDocument } from '../../../../application/document/print-documents.js';
import type { PageAnswer } from './page.js';

/** A printed document, which opens in the browser and can be kept from there. */
export function printedFile({ bytes, name }: Pick<PrintedDocument, 'bytes' | 'name'>): PageAnswer {
  return {
    kind: 'file',
    contentType: 'application/pdf',
    fileName: `${name}.pdf`,
    body: Buffer.from(bytes),
    inline: true,
  };
}
