import { inject, injectable } from 'inversify';
import type { z } from 'zod';
import type { PrintDocuments } from '../../../application/document/print-documents.js';
import { creditNoteIdOf } from '../../../application/invoice/invoice-ids.js';
import type { InvoiceOperations } from '../../../application/invoice/invoice-operations.js';
import type { EventStore } from '../../../application/ports/event-store.js';
import type { CreditNoteQueries } from '../../../application/ports/invoice-queries.js';
import type { Projections } from '../../../application/ports/read-models.js';
import type { Loaded } from '../../../application/shared/command-handler.js';
import type { CreditScope } from '../../../domain/invoice/credit-note.js';
import type { InvoiceState } from '../../../domain/invoice/state.js';
import { isIssued } from '../../../domain/invoice/state.js';
import type { Currency } from '../../../domain/shared/currency.js';
import type { CreditNoteId } from '../../../domain/shared/ids.js';
import { money } from '../../../domain/shared/money.js';
import type { HttpSettings } from '../http-tokens.js';
import { httpTokens } from '../http-tokens.js';
import { acceptedBy, ifRevision } from '../shared/handled.js';
import { createdIn, listAnswer, pageOf } from '../shared/lists.js';
import { pdfAnswer, pdfDocumented } from '../shared/pdf-answer.js';
import type { Refused } from '../shared/problem.js';
import { refused } from '../shared/problem.js';
import type { Answer, Controller, RequestContext } from '../shared/route.js';
import { route } from '../shared/route.js';
import { creditNoteOfRow, creditNoteOfState } from './credit-note-object.js';
import {
  createCreditNoteBody,
  creditNoteListSchema,
  creditNoteParams,
  creditNoteSchema,
  listCreditNotesQuery,
} from './credit-notes.schemas.js';
import { problemOfInvoiceRejection } from './invoice-problems.js';

/** How long a look-up waits for the read models to catch up with a credit note that was just made. */
const catchUpMs = 1_000;

/** Credit notes, which live in their invoice's stream. */
@injectable()
export class CreditNotesController implements Controller {
  constructor(
    @inject(httpTokens.settings) private readonly settings: HttpSettings,
    @inject(httpTokens.invoiceOperations) private readonly invoices: InvoiceOperations,
    @inject(httpTokens.printDocuments) private readonly documents: PrintDocuments,
    @inject(httpTokens.creditNoteQueries) private readonly queries: CreditNoteQueries,
    @inject(httpTokens.projections) private readonly projections: Projections,
    @inject(httpTokens.eventStore) private readonly eventStore: EventStore,
  ) {}

  readonly routes = [
    route({
      method: 'post',
      path: '/v1/credit_notes',
      tag: 'Invoices',
      summary:
        'Credit an issued invoice: by lines, by amounts of lines, by an amount of the whole, or all of it',
      scope: 'invoices:write',
      idempotency: 'required',
      body: createCreditNoteBody,
      answers: {
        201: { description: 'The credit note.', schema: creditNoteSchema },
        202: { description: 'The credit note waits for its number; ask for it.', schema: creditNoteSchema },
      },
      handle: ({ body, context }) => this.create(body, context),
    }),
    route({
      method: 'get',
      path: '/v1/credit_notes',
      tag: 'Invoices',
      summary: 'List credit notes without their lines, newest first',
      scope: 'invoices:read',
      query: listCreditNotesQuery,
      answers: { 200: { description: 'A page of credit notes.', schema: creditNoteListSchema } },
      handle: ({ query }) => this.list(query),
    }),
    route({
      method: 'get',
      path: '/v1/credit_notes/:id',
      tag: 'Invoices',
      summary: 'A credit note, as it is now',
      scope: 'invoices:read',
      params: creditNoteParams,
      answers: { 200: { description: 'The credit note.', schema: creditNoteSchema } },
      handle: ({ params }) => this.find(params.id),
    }),
    route({
      method: 'get',
      path: '/v1/credit_notes/:id/pdf',
      tag: 'Invoices',
      summary: 'A credit note to print',
      scope: 'invoices:read',
      params: creditNoteParams,
      answers: { 200: pdfDocumented },
      handle: ({ params }) => this.print(params.id),
    }),
  ];

  private async create(
    body: z.output<typeof createCreditNoteBody>,
    context: RequestContext,
  ): Promise<Answer> {
    const { state } = await this.invoices.load(body.invoice);
    if (state.status === 'absent') {
      throw refused('resource_missing', { detail: 'There is no such invoice.', param: 'invoice' });
    }
    const creditNoteId = creditNoteIdOf(context.commandId);
    const request = {
      creditNoteId,
      scope: scopeOf(body, state.details.currency),
      creditReason: body.reason,
    };
    const handled = await this.invoices.credit(body.invoice, request, context.metadata, ifRevision(context));
    const answer = this.answer(acceptedBy(handled, problemOfInvoiceRejection), creditNoteId);
    return { ...answer, status: answer.body.number === null ? 202 : 201 };
  }

  private async find(id: CreditNoteId): Promise<Answer> {
    const invoiceId = await this.invoiceOf(id);
    if (invoiceId === undefined) throw missing();
    return this.answer(await this.invoices.load(invoiceId), id);
  }

  private async print(id: CreditNoteId): Promise<Answer> {
    const invoiceId = await this.invoiceOf(id);
    const printed = invoiceId === undefined ? undefined : await this.documents.creditNote(invoiceId, id);
    if (printed === undefined) throw missing();
    return pdfAnswer(printed);
  }

  /** The read model may not know a credit note that was just made, so it is asked again once it has caught up. */
  private async invoiceOf(id: CreditNoteId): Promise<string | undefined> {
    const known = await this.queries.findInvoice(id);
    if (known !== undefined) return known;
    const head = await this.eventStore.head();
    return (await this.projections.reached(head, catchUpMs)) ? this.queries.findInvoice(id) : undefined;
  }

  private answer({ state, revision }: Loaded<InvoiceState>, id: CreditNoteId) {
    const note = isIssued(state)
      ? state.creditNotes.find(({ creditNoteId }) => creditNoteId === id)
      : undefined;
    if (note === undefined || !isIssued(state)) throw missing();
    const body = creditNoteOfState(state, note, this.settings.livemode);
    return { status: 200, body, etag: `"${revision}"` };
  }

  private async list(query: z.output<typeof listCreditNotesQuery>): Promise<Answer> {
    const { invoice = null, customer = null } = query;
    const page = await this.queries.list({ ...pageOf(query), ...createdIn(query), invoice, customer });
    return listAnswer('/v1/credit_notes', page, (row) => creditNoteOfRow(row, this.settings.livemode), {
      lagMs: this.projections.lagMs(),
    });
  }
}

function scopeOf({ lines, amount }: z.output<typeof createCreditNoteBody>, currency: Currency): CreditScope {
  if (amount !== undefined) return { by: 'total', amount: money(amount, currency) };
  if (lines === undefined) return { by: 'everything' };
  const amounts = lines.flatMap((one) =>
    one.amount === undefined ? [] : [{ line: one.line, amount: money(one.amount, currency) }],
  );
  return amounts.length === 0
    ? { by: 'lines', lines: lines.map(({ line }) => line) }
    : { by: 'line_amounts', amounts };
}

function missing(): Refused {
  return refused('resource_missing', { detail: 'There is no such credit note.' });
}
