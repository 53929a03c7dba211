import { existsSync } from 'node:fs';
import { ContainerModule } from 'inversify';
import { plainLook } from '../application/document/document-look.js';
import { createPrintDocuments } from '../application/document/print-documents.js';
import { PdfkitDocumentPrinter } from '../infrastructure/pdf/pdfkit-document-printer.js';
import { ThreadedDocumentPrinter } from '../infrastructure/pdf/threaded-document-printer.js';
import { PostgresIssuedIdentities } from '../infrastructure/postgres/issued-identities.js';
import { PostgresRenderings } from '../infrastructure/postgres/renderings.js';
import { httpTokens } from '../interfaces/http/http-tokens.js';
import { tokens } from './tokens.js';

/** Documents to print: what stands on them, and who draws them. */
export const documentModule = new ContainerModule(({ bind }) => {
  bind(tokens.documentPrinter).toResolvedValue(() => {
    const thread = new URL('../infrastructure/pdf/print-thread.js', import.meta.url);
    // Where the sources run as they are there is no file for a thread.
    return existsSync(thread) ? new ThreadedDocumentPrinter(thread) : new PdfkitDocumentPrinter();
  });
  bind(httpTokens.printDocuments).toResolvedValue(
    (invoices, plans, identities, pool, printer, clock, { zone }) =>
      createPrintDocuments({
        invoices,
        plans,
        identities,
        issued: new PostgresIssuedIdentities(pool),
        lookOf: async () => ({ look: plainLook, version: 'look/plain' }),
        printer,
        renderings: new PostgresRenderings(pool),
        clock,
        zone,
      }),
    [
      tokens.invoiceHandler,
      httpTokens.planHandler,
      tokens.billingIdentities,
      tokens.pool,
      tokens.documentPrinter,
      httpTokens.clock,
      httpTokens.invoicing,
    ],
  );
});
