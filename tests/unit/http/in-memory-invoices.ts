import type { Container } from 'inversify';
import { collectionCodec } from '../../../src/application/collection/collection.codec.js';
import { createPreviewDocuments } from '../../../src/application/document/preview-documents.js';
import { createPrintDocuments } from '../../../src/application/document/print-documents.js';
import { createDocumentNumbers } from '../../../src/application/invoice/document-numbers.js';
import { invoiceCodec } from '../../../src/application/invoice/invoice.codec.js';
import type { InvoiceHandler } from '../../../src/application/invoice/invoice-operations.js';
import { createInvoiceOperations } from '../../../src/application/invoice/invoice-operations.js';
import { createKeepIssuedIdentity } from '../../../src/application/invoice/issued-identity.js';
import type { BillingIdentity, IssuedIdentities } from '../../../src/application/ports/billing-identities.js';
import type { EventStore } from '../../../src/application/ports/event-store.js';
import type {
  CreditNoteQueries,
  InvoiceFilter,
  InvoiceQueries,
  InvoiceRow,
} from '../../../src/application/ports/invoice-queries.js';
import type { Logger } from '../../../src/application/ports/logger.js';
import type { Rendering, Renderings } from '../../../src/application/ports/renderings.js';
import { createCommandHandler } from '../../../src/application/shared/command-handler.js';
import { parseZone } from '../../../src/application/shared/zones.js';
import { collection } from '../../../src/domain/collection/collection.js';
import { invoice } from '../../../src/domain/invoice/invoice.js';
import { isIssued } from '../../../src/domain/invoice/state.js';
import type { InvoiceId } from '../../../src/domain/shared/ids.js';
import { PdfkitDocumentPrinter } from '../../../src/infrastructure/pdf/pdfkit-document-printer.js';
import { systemClock } from '../../../src/infrastructure/system-clock.js';
import { httpTokens } from '../../../src/interfaces/http/http-tokens.js';
import { creditNoteRowOf } from '../../../src/interfaces/http/invoice/credit-note-object.js';
import { invoiceRowsOf } from '../../support/invoice-rows.js';
import { required } from '../../support/payment-examples.js';
import { bindLooks } from './in-memory-looks.js';
import { pageOfRows } from './page-of-rows.js';

class InMemoryIssuedIdentities implements IssuedIdentities {
  readonly #kept = new Map<InvoiceId, string>();

  async keep(invoiceId: InvoiceId, document: string): Promise<string> {
    const kept = this.#kept.get(invoiceId) ?? document;
    this.#kept.set(invoiceId, kept);
    return kept;
  }

  async find(invoiceId: InvoiceId): Promise<string | undefined> {
    return this.#kept.get(invoiceId);
  }
}

/** Keeps the first digest of each edition. */
class InMemoryRenderings implements Renderings {
  readonly kept = new Map<string, string>();

  async keep({ document, edition, sha256 }: Rendering): Promise<string> {
    const name = `${document} ${edition}`;
    const kept = this.kept.get(name) ?? sha256;
    this.kept.set(name, kept);
    return kept;
  }
}

/** Lists invoices from the log; sums over time are Postgres' business, and have tests of their own. */
class LogInvoiceQueries implements InvoiceQueries {
  constructor(
    private readonly store: EventStore,
    private readonly invoices: Pick<InvoiceHandler, 'load'>,
  ) {}

  async list(filter: InvoiceFilter) {
    const { customer, status, number, startingAfter, limit } = filter;
    const rows = (await this.#rows()).filter(
      (row) =>
        (customer ?? row.customer) === row.customer &&
        (status ?? row.status) === row.status &&
        (number === null || row.number?.startsWith(number) === true),
    );
    return pageOfRows(rows, startingAfter, limit);
  }

  async #rows(): Promise<readonly InvoiceRow[]> {
    const rows: InvoiceRow[] = [];
    for (const { type, stream } of (await this.store.readAll(0n, 10_000)).slice().reverse()) {
      if (type !== 'InvoiceDrafted') continue;
      const { state, revision } = await this.invoices.load(stream.slice('invoice-'.length));
      rows.push(...invoiceRowsOf(state, Number(revision) + 1));
    }
    return rows;
  }

  async owedBy(customer: string, today: string) {
    const open = (await this.#rows()).filter((row) => row.customer === customer && row.status === 'open');
    const owed = new Map<string, { currency: string; due: bigint; overdue: bigint }>();
    for (const { currency, amount_due: due, due_on: on } of open) {
      const known = owed.get(currency) ?? { currency, due: 0n, overdue: 0n };
      const overdue = on !== null && on < today ? due : 0n;
      owed.set(currency, { currency, due: known.due + due, overdue: known.overdue + overdue });
    }
    return [...owed.values()];
  }

  async dueAt() {
    return { position: 7n, due: [] };
  }
}

class LogCreditNoteQueries implements CreditNoteQueries {
  constructor(
    private readonly store: EventStore,
    private readonly invoices: Pick<InvoiceHandler, 'load'>,
  ) {}

  async list({ invoice }: Parameters<CreditNoteQueries['list']>[0]) {
    const { state } = await this.invoices.load(invoice ?? '');
    const rows = isIssued(state) ? state.creditNotes.map((note) => creditNoteRowOf(state, note)) : [];
    return { rows: rows.reverse(), hasMore: false };
  }

  async findInvoice(creditNoteId: string): Promise<string | undefined> {
    const events = await this.store.readAll(0n, 1_000);
    const requested = events.find(
      ({ type, data }) => type === 'InvoiceCreditRequested' && data['creditNoteId'] === creditNoteId,
    );
    return requested?.stream.slice('invoice-'.length);
  }
}

export const identity: BillingIdentity = {
  name: 'Grace Hopper',
  email: 'grace@example.com',
  address: null,
  taxIds: [{ type: 'eu_vat', value: 'DE123456789' }],
  locale: 'de-DE',
};

/** Everything that the routes of invoices stand on, in memory. */
export function bindInvoices(container: Container, eventStore: EventStore, logger: Logger) {
  const invoicing = {
    zone: required(parseZone('UTC')),
    invoices: { prefix: 'INV', withYear: true, width: 6 },
    creditNotes: { prefix: 'CN', withYear: true, width: 6 },
  };
  const identities = {
    current: async () => identity,
    named: async () => ({ identity, version: 'profile/1' }),
  };
  const issued = new InMemoryIssuedIdentities();
  const renderings = new InMemoryRenderings();
  const printer = new PdfkitDocumentPrinter();
  const looks = bindLooks(container, eventStore);
  const handler = createCommandHandler({
    eventStore,
    decider: invoice,
    codec: invoiceCodec,
    category: 'invoice',
  });
  const queries = new LogInvoiceQueries(eventStore, handler);
  container.bind(httpTokens.invoicing).toConstantValue(invoicing);
  container.bind(httpTokens.invoiceOperations).toConstantValue(
    createInvoiceOperations({
      handler,
      numbers: createDocumentNumbers({ eventStore, clock: systemClock }),
      keepIdentity: createKeepIssuedIdentity({ identities, issued }),
      currentLook: looks.current,
      invoicing,
      clock: systemClock,
      logger,
      inlineBudgetMs: 5_000,
    }),
  );
  container
    .bind(httpTokens.previewDocuments)
    .toConstantValue(createPreviewDocuments({ looks, printer, zone: invoicing.zone }));
  container.bind(httpTokens.printDocuments).toConstantValue(
    createPrintDocuments({
      invoices: handler,
      plans: container.get(httpTokens.planHandler),
      payments: container.get(httpTokens.paymentOperations),
      collections: createCommandHandler({
        ...{ eventStore, decider: collection, codec: collectionCodec, category: 'collection' },
      }),
      identities,
      issued,
      lookOf: looks.of,
      currentLook: async () => looks.at(await looks.current()),
      printer,
      renderings,
      clock: systemClock,
      zone: invoicing.zone,
    }),
  );
  container.bind(httpTokens.invoiceQueries).toConstantValue(queries);
  container.bind(httpTokens.creditNoteQueries).toConstantValue(new LogCreditNoteQueries(eventStore, handler));
  return { renderings };
}
