import { existsSync } from 'node:fs';
import { ContainerModule } from 'inversify';
import { brandingCodec } from '../application/branding/branding.codec.js';
import { createLooks } from '../application/branding/looks.js';
import { createPreviewDocuments } from '../application/document/preview-documents.js';
import { createPrintDocuments } from '../application/document/print-documents.js';
import { invoiceTemplateCodec } from '../application/invoice-template/invoice-template.codec.js';
import { createCommandHandler } from '../application/shared/command-handler.js';
import { branding } from '../domain/branding/branding.js';
import { invoiceTemplate } from '../domain/invoice-template/invoice-template.js';
import { PdfkitDocumentPrinter } from '../infrastructure/pdf/pdfkit-document-printer.js';
import { readLogo } from '../infrastructure/pdf/read-logo.js';
import { ThreadedDocumentPrinter } from '../infrastructure/pdf/threaded-document-printer.js';
import { PostgresIssuedIdentities } from '../infrastructure/postgres/issued-identities.js';
import { PostgresLogos } from '../infrastructure/postgres/logos.js';
import { PostgresRenderings } from '../infrastructure/postgres/renderings.js';
import { PostgresInvoiceTemplateQueries } from '../infrastructure/read-models/invoice-templates.js';
import { httpTokens } from '../interfaces/http/http-tokens.js';
import { root } from '../root.js';
import { tokens } from './tokens.js';

/** Documents to print: what stands on them, what they look like, and who draws them. */
export const documentModule = new ContainerModule(({ bind }) => {
  bind(tokens.documentPrinter).toResolvedValue(() => {
    const thread = new URL('print-thread.js', root);
    // Where the sources run as they are there is no file for a thread.
    return existsSync(thread) ? new ThreadedDocumentPrinter(thread) : new PdfkitDocumentPrinter();
  });
  bind(httpTokens.brandingHandler).toResolvedValue(
    (eventStore) =>
      createCommandHandler({ eventStore, decider: branding, codec: brandingCodec, category: 'branding' }),
    [httpTokens.eventStore],
  );
  bind(httpTokens.templateHandler).toResolvedValue(
    (eventStore) =>
      createCommandHandler({
        ...{ eventStore, decider: invoiceTemplate, codec: invoiceTemplateCodec },
        category: 'invoiceTemplate',
      }),
    [httpTokens.eventStore],
  );
  bind(httpTokens.templateQueries).toResolvedValue(
    (pool) => new PostgresInvoiceTemplateQueries(pool),
    [tokens.pool],
  );
  bind(httpTokens.logos).toResolvedValue((pool) => new PostgresLogos(pool), [tokens.pool]);
  bind(httpTokens.readLogo).toConstantValue(readLogo);
  bind(httpTokens.looks).toResolvedValue(
    (brandings, templates, logos) => createLooks({ brandings, templates, logos }),
    [httpTokens.brandingHandler, httpTokens.templateHandler, httpTokens.logos],
  );
  bind(httpTokens.previewDocuments).toResolvedValue(
    (looks, printer, { zone }) => createPreviewDocuments({ looks, printer, zone }),
    [httpTokens.looks, tokens.documentPrinter, httpTokens.invoicing],
  );
  bind(httpTokens.printDocuments).toResolvedValue(
    (invoices, plans, payments, collections, identities, pool, looks, printer, clock, { zone }) =>
      createPrintDocuments({
        ...{ invoices, plans, payments, collections, identities },
        issued: new PostgresIssuedIdentities(pool),
        lookOf: looks.of,
        currentLook: async () => looks.at(await looks.current()),
        printer,
        renderings: new PostgresRenderings(pool),
        clock,
        zone,
      }),
    [
      tokens.invoiceHandler,
      httpTokens.planHandler,
      tokens.paymentHandler,
      httpTokens.collectionHandler,
      tokens.billingIdentities,
      tokens.pool,
      httpTokens.looks,
      tokens.documentPrinter,
      httpTokens.clock,
      httpTokens.invoicing,
    ],
  );
});
