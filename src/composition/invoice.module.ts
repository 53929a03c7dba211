import { ContainerModule } from 'inversify';
import { createBillingIdentities } from '../application/customer/billing-identities.js';
import { createDocumentNumbers } from '../application/invoice/document-numbers.js';
import { invoiceCodec } from '../application/invoice/invoice.codec.js';
import { createInvoiceOperations } from '../application/invoice/invoice-operations.js';
import { createKeepIssuedIdentity } from '../application/invoice/issued-identity.js';
import { createCommandHandler } from '../application/shared/command-handler.js';
import { parseZone } from '../application/shared/zones.js';
import { invoice } from '../domain/invoice/invoice.js';
import { PostgresIssuedIdentities } from '../infrastructure/postgres/issued-identities.js';
import { PostgresCreditNoteQueries, PostgresInvoiceQueries } from '../infrastructure/read-models/invoices.js';
import { httpTokens } from '../interfaces/http/http-tokens.js';
import { tokens } from './tokens.js';

/** Invoices and credit notes: their numbers, what is due on them, and the lists of them. */
export const invoiceModule = new ContainerModule(({ bind }) => {
  bind(httpTokens.invoicing).toResolvedValue(
    ({ config }) => {
      const { timeZone, invoiceNumbers, creditNoteNumbers } = config.invoicing;
      const zone = parseZone(timeZone);
      if (zone === undefined) throw new TypeError(`${timeZone} is no time zone`);
      return { zone, invoices: invoiceNumbers, creditNotes: creditNoteNumbers };
    },
    [tokens.surroundings],
  );
  bind(tokens.invoiceHandler).toResolvedValue(
    (eventStore) =>
      createCommandHandler({ eventStore, decider: invoice, codec: invoiceCodec, category: 'invoice' }),
    [httpTokens.eventStore],
  );
  bind(httpTokens.invoiceOperations).toResolvedValue(
    (handler, eventStore, clock, invoicing, identities, pool, looks, { logger, config }) =>
      createInvoiceOperations({
        handler,
        numbers: createDocumentNumbers({ eventStore, clock }),
        keepIdentity: createKeepIssuedIdentity({ identities, issued: new PostgresIssuedIdentities(pool) }),
        currentLook: looks.current,
        invoicing,
        clock,
        logger,
        inlineBudgetMs: config.inlineBudgetMs,
      }),
    [
      tokens.invoiceHandler,
      httpTokens.eventStore,
      httpTokens.clock,
      httpTokens.invoicing,
      tokens.billingIdentities,
      tokens.pool,
      httpTokens.looks,
      tokens.surroundings,
    ],
  );
  bind(tokens.billingIdentities).toResolvedValue(
    (handler, profiles) => createBillingIdentities({ handler, profiles }),
    [tokens.customerHandler, httpTokens.customerProfiles],
  );
  bind(httpTokens.invoiceQueries).toResolvedValue((pool) => new PostgresInvoiceQueries(pool), [tokens.pool]);
  bind(httpTokens.creditNoteQueries).toResolvedValue(
    (pool) => new PostgresCreditNoteQueries(pool),
    [tokens.pool],
  );
});
