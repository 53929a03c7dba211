import { parentPort } from 'node:worker_threads';
import type { Sheet } from '../../application/document/sheet.js';
import { PdfkitDocumentPrinter } from './pdfkit-document-printer.js';

/** The other side of `threaded-document-printer.ts`: a thread that prints one sheet after the other. */
export type PrintRequest = { readonly id: number; readonly sheet: Sheet };
export type PrintReply = { readonly id: number } & (
  | { readonly bytes: Uint8Array }
  | { readonly failure: string }
);

const printer = new PdfkitDocumentPrinter();

parentPort?.on('message', ({ id, sheet }: PrintRequest) => {
  const reply = (message: PrintReply) => parentPort?.postMessage(message);
  printer.print(sheet).then(
    (bytes) => reply({ id, bytes }),
    (error: unknown) =>
      reply({ id, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
