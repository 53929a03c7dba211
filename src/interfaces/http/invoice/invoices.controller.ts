import { inject, injectable } from 'inversify';
import type { z } from 'zod';
import type { DescribeEvent } from '../../../application/audit/describe-event.js';
import type { PrintDocuments } from '../../../application/document/print-documents.js';
import { invoiceIdOf } from '../../../application/invoice/invoice-ids.js';
import type {
  HandledInvoice,
  InvoiceOperations,
  Invoicing,
} from '../../../application/invoice/invoice-operations.js';
import type { Clock } from '../../../application/ports/clock.js';
import type { CustomerZones } from '../../../application/ports/customer-zones.js';
import type { EventStore } from '../../../application/ports/event-store.js';
import type { InvoiceQueries } from '../../../application/ports/invoice-queries.js';
import type { Projections } from '../../../application/ports/read-models.js';
import type { Loaded } from '../../../application/shared/command-handler.js';
import { civilDateIn } from '../../../application/shared/zones.js';
import type { ExistingInvoice, InvoiceState } from '../../../domain/invoice/state.js';
import type { InvoiceId } from '../../../domain/shared/ids.js';
import { eventObject, eventSchema } from '../audit/event-object.js';
import { expandCustomerQuery } from '../customer/customers.schemas.js';
import type { HttpSettings } from '../http-tokens.js';
import { httpTokens } from '../http-tokens.js';
import { zoneOfCustomer } from '../shared/customer-zone.js';
import { listOf } from '../shared/fields.js';
import { acceptedBy, ifRevision } from '../shared/handled.js';
import { createdIn, listAnswer, pageOf } from '../shared/lists.js';
import { pdfAnswer, pdfDocumented } from '../shared/pdf-answer.js';
import type { Refused } from '../shared/problem.js';
import { refused } from '../shared/problem.js';
import type { Answer, Controller, RequestContext } from '../shared/route.js';
import { route } from '../shared/route.js';
import { contentOf, revisedContent } from './given-content.js';
import { invoiceOfRow, invoiceOfState } from './invoice-object.js';
import { problemOfInvoiceRejection } from './invoice-problems.js';
import {
  createInvoiceBody,
  invoiceListSchema,
  invoiceParams,
  invoiceSchema,
  listInvoicesQuery,
  reviseInvoiceBody,
} from './invoices.schemas.js';

const shown = { description: 'The invoice.', schema: invoiceSchema };
const waits = { description: 'The invoice waits for its number; ask for it.', schema: invoiceSchema };
/** Somebody else revised the draft in between: what is kept of it is read again. */
const revisionsMax = 5;

/** Invoices, from a draft to their end. */
@injectable()
export class InvoicesController implements Controller {
  constructor(
    @inject(httpTokens.settings) private readonly settings: HttpSettings,
    @inject(httpTokens.clock) private readonly clock: Clock,
    @inject(httpTokens.invoicing) private readonly invoicing: Invoicing,
    @inject(httpTokens.invoiceOperations) private readonly invoices: InvoiceOperations,
    @inject(httpTokens.printDocuments) private readonly documents: PrintDocuments,
    @inject(httpTokens.customerZones) private readonly zones: CustomerZones,
    @inject(httpTokens.invoiceQueries) private readonly queries: InvoiceQueries,
    @inject(httpTokens.projections) private readonly projections: Projections,
    @inject(httpTokens.eventStore) private readonly eventStore: EventStore,
    @inject(httpTokens.describeEvent) private readonly describe: DescribeEvent,
  ) {}

  readonly routes = [
    route({
      method: 'post',
      path: '/v1/invoices',
      tag: 'Invoices',
      summary: 'Draft an invoice',
      scope: 'invoices:write',
      body: createInvoiceBody,
      answers: { 201: shown },
      handle: ({ body, context }) => this.create(body, context),
    }),
    route({
      method: 'get',
      path: '/v1/invoices',
      tag: 'Invoices',
      summary: 'List invoices without their lines, newest first',
      scope: 'invoices:read',
      query: listInvoicesQuery,
      answers: { 200: { description: 'A page of invoices.', schema: invoiceListSchema } },
      handle: ({ query }) => this.list(query),
    }),
    route({
      method: 'get',
      path: '/v1/invoices/:id',
      tag: 'Invoices',
      summary: 'An invoice, as it is now',
      scope: 'invoices:read',
      params: invoiceParams,
      query: expandCustomerQuery,
      answers: { 200: shown },
      handle: async ({ params }) => this.answer(200, await this.invoices.load(params.id)),
    }),
    route({
      method: 'patch',
      path: '/v1/invoices/:id',
      tag: 'Invoices',
      summary: 'Revise a draft; what is not given stays, and lines are replaced as a whole',
      scope: 'invoices:write',
      params: invoiceParams,
      body: reviseInvoiceBody,
      answers: { 200: shown },
      handle: ({ params, body, context }) => this.revise(params.id, body, context),
    }),
    route({
      method: 'post',
      path: '/v1/invoices/:id/finalize',
      tag: 'Invoices',
      summary: 'Issue a draft under the next number; it changes no more',
      scope: 'invoices:write',
      params: invoiceParams,
      answers: { 200: shown, 202: waits },
      handle: async ({ params, context }) =>
        this.done(await this.invoices.finalize(params.id, context.metadata, ifRevision(context))),
    }),
    this.plain('send', 'SendInvoice', 'Note that the customer was given the invoice'),
    this.plain('void', 'VoidInvoice', 'Void an invoice on which nothing is paid; it keeps its number'),
    this.plain('mark_uncollectible', 'MarkUncollectible', 'Give up what is due, and book it as a loss'),
    route({
      method: 'get',
      path: '/v1/invoices/:id/timeline',
      tag: 'Invoices',
      summary: 'Everything that happened to an invoice, in order',
      scope: 'invoices:read',
      params: invoiceParams,
      answers: { 200: { description: 'Its events.', schema: listOf(eventSchema) } },
      handle: ({ params }) => this.timeline(params.id),
    }),
    route({
      method: 'get',
      path: '/v1/invoices/:id/pdf',
      tag: 'Invoices',
      summary: 'An invoice to print, as it is now; a draft is marked as one',
      scope: 'invoices:read',
      params: invoiceParams,
      answers: { 200: pdfDocumented },
      handle: ({ params }) => this.print(params.id),
    }),
  ];

  /** A route of a command that has nothing to say but its name. */
  private plain(name: string, type: 'SendInvoice' | 'VoidInvoice' | 'MarkUncollectible', summary: string) {
    return route({
      method: 'post',
      path: `/v1/invoices/:id/${name}`,
      tag: 'Invoices',
      summary,
      scope: 'invoices:write',
      params: invoiceParams,
      answers: { 200: shown },
      handle: async ({ params, context }) => {
        const command = { type, at: this.clock.now() };
        return this.done(await this.invoices.run(params.id, command, context.metadata, ifRevision(context)));
      },
    });
  }

  private async create(body: z.output<typeof createInvoiceBody>, context: RequestContext): Promise<Answer> {
    const invoiceId = invoiceIdOf(context.commandId);
    const { customer: customerId, order: orderId = null, currency, purpose } = body;
    await zoneOfCustomer(this.zones, customerId, 'customer');
    const handled = await this.invoices.run(
      invoiceId,
      {
        type: 'DraftInvoice',
        at: this.clock.now(),
        details: { invoiceId, customerId, orderId, currency, purpose },
        content: contentOf(body),
      },
      context.metadata,
      ifRevision(context),
    );
    return this.done(handled, 201);
  }

  private async revise(
    id: InvoiceId,
    body: z.output<typeof reviseInvoiceBody>,
    context: RequestContext,
  ): Promise<Answer> {
    for (let tries = 1; ; tries += 1) {
      const loaded = existing(await this.invoices.load(id));
      const { currency } = loaded.state.details;
      const content = revisedContent(currency, loaded.state.content, body);
      const insisted = context.ifRevision ?? loaded.revision;
      const handled = await this.invoices.run(
        id,
        { type: 'ReviseDraft', at: this.clock.now(), content },
        context.metadata,
        { ifRevision: insisted },
      );
      const again = handled.outcome === 'stale' && context.ifRevision === undefined;
      if (!again || tries === revisionsMax) return this.done(handled);
    }
  }

  private done(handled: HandledInvoice, status = 200): Answer {
    const loaded = acceptedBy(handled, problemOfInvoiceRejection);
    return this.answer(loaded.state.status === 'finalizing' ? 202 : status, loaded);
  }

  private answer(status: number, loaded: Loaded<InvoiceState>): Answer {
    const { state, revision } = existing(loaded);
    const body = invoiceOfState(state, revision, this.today(), this.settings.livemode);
    return { status, body, etag: `"${revision}"` };
  }

  private today() {
    return civilDateIn(this.invoicing.zone, this.clock.now());
  }

  private async list(query: z.output<typeof listInvoicesQuery>): Promise<Answer> {
    const { status = null, customer = null, order = null, number = null } = query;
    const page = await this.queries.list({
      ...pageOf(query),
      ...createdIn(query),
      status,
      customer,
      order,
      number,
      dueGte: query['due_on[gte]'] ?? null,
      dueLte: query['due_on[lte]'] ?? null,
    });
    const today = this.today();
    return listAnswer('/v1/invoices', page, (row) => invoiceOfRow(row, today, this.settings.livemode), {
      lagMs: this.projections.lagMs(),
    });
  }

  private async print(id: InvoiceId): Promise<Answer> {
    const printed = await this.documents.invoice(id);
    if (printed === undefined) throw missing();
    return pdfAnswer(printed);
  }

  private async timeline(id: InvoiceId): Promise<Answer> {
    const rows = await this.eventStore.readStream(`invoice-${id}`);
    if (rows.length === 0) existing({ state: { status: 'absent' }, revision: null });
    const show = eventObject(this.describe, this.settings.livemode);
    return listAnswer(`/v1/invoices/${id}/timeline`, { rows, hasMore: false }, show);
  }
}

/** @throws Refused for an invoice that there is none of */
function existing({ state, revision }: Loaded<InvoiceState>): {
  readonly state: ExistingInvoice;
  readonly revision: bigint;
} {
  if (state.status !== 'absent' && revision !== null) return { state, revision };
  throw missing();
}

function missing(): Refused {
  return refused('resource_missing', { detail: 'There is no such invoice.' });
}
