import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { DescribeEvent } from '../../../../application/audit/describe-event.js';
import type { EventStore } from '../../../../application/ports/event-store.js';
import type { CreditNoteQueries } from '../../../../application/ports/invoice-queries.js';
import type { Operator } from '../../../../application/user/sign-in.js';
import { parseCustomerId, parseInvoiceId } from '../../../../domain/shared/ids.js';
import { httpTokens } from '../../http-tokens.js';
import type { creditNoteOfState } from '../../invoice/credit-note-object.js';
import { createCreditNoteBody, creditNoteParams } from '../../invoice/credit-notes.schemas.js';
import { invoiceParams } from '../../invoice/invoices.schemas.js';
import { idField } from '../../shared/fields.js';
import { createdIn } from '../../shared/lists.js';
import type { AskApi, Asker } from '../shared/ask-api.js';
import type { Page, PageAnswer, PageContext, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';
import type { Table } from './cells.js';
import { amount, day, idCell, link, status, text, time, words } from './cells.js';
import type { ConsoleArea } from './console-area.js';
import { createdDayFilters, createdDays, minorOf, typedAmount } from './form-fields.js';
import { formPages } from './form-pages.js';
import { listPages } from './list-page.js';
import { pdfPage } from './pdf-page.js';
import type { ActionField } from './record-page.js';
import { recordAnswer } from './record-page.js';

type CreditNote = ReturnType<typeof creditNoteOfState>;

const reasons = createCreditNoteBody.shape.reason;
const creditFields: readonly ActionField[] = [
  { name: 'credit_reason', label: 'What for', options: reasons.options },
  {
    name: 'amount',
    label: 'Amount with tax',
    hint: 'Such as 25.00, shared out to the lines',
    optional: true,
  },
  { name: 'lines', label: 'Or whole lines', hint: 'Their numbers, such as 1 3', optional: true },
];

/** Credit notes: what was taken back of invoices. */
@injectable()
export class CreditNotePages implements PageController {
  readonly pages: readonly Page[];

  constructor(
    @inject(httpTokens.consoleArea) area: ConsoleArea,
    @inject(httpTokens.creditNoteQueries) private readonly notes: CreditNoteQueries,
    @inject(httpTokens.eventStore) private readonly eventStore: EventStore,
    @inject(httpTokens.describeEvent) private readonly describe: DescribeEvent,
    @inject(httpTokens.askApi) private readonly ask: AskApi,
  ) {
    this.pages = [
      ...this.list(area),
      page(area, {
        method: 'get',
        path: '/admin/credit-notes/:id',
        access: 'invoices:read',
        params: creditNoteParams,
        handle: ({ visitor, params: { id }, context }) => this.show(id, visitor, context),
      }),
      pdfPage(area, ask, {
        path: '/admin/credit-notes/:id/pdf',
        route: 'GET /v1/credit_notes/:id/pdf',
        access: 'invoices:read',
        params: creditNoteParams,
      }),
      ...formPages(area, {
        path: '/admin/invoices/:id/credit',
        title: 'Credit an invoice',
        access: 'invoices:write',
        params: invoiceParams,
        fields: () => creditFields,
        body: {
          credit_reason: reasons,
          amount: typedAmount.optional(),
          lines: z
            .string()
            .regex(/^\d{1,3}([ ,]+\d{1,3})*$/, { error: 'Numbers of lines are expected.' })
            .optional(),
        },
        note: 'Without an amount and without lines, all that is left of the invoice is credited.',
        button: 'Credit it',
        send: (typed, by, { id }) => this.create(id, typed, by),
      }),
    ];
  }

  private list(area: ConsoleArea): readonly Page[] {
    return listPages(area, {
      path: '/admin/credit-notes',
      title: 'Credit notes',
      scope: 'invoices:read',
      cursor: creditNoteParams.shape.id,
      fields: {
        ...createdDays,
        invoice: idField(parseInvoiceId, 'inv').optional(),
        customer: idField(parseCustomerId, 'cus').optional(),
      },
      filters: [
        { name: 'invoice', label: 'Invoice' },
        { name: 'customer', label: 'Customer' },
        ...createdDayFilters,
      ],
      columns: [
        { title: 'Number' },
        { title: 'Status' },
        { title: 'Total', amounts: true },
        { title: 'Tax', amounts: true },
        { title: 'What for' },
        { title: 'Invoice' },
        { title: 'Issued on' },
        { title: 'Created' },
      ],
      load: ({ invoice = null, customer = null, ...created }, request) =>
        this.notes.list({ ...request, ...createdIn(created), invoice, customer }),
      cells: (row) => [
        link(row.number ?? 'waits for its number', `/admin/credit-notes/${row.id}`),
        status(row.status),
        amount(row.amount_total, row.currency),
        amount(row.amount_tax, row.currency),
        words(row.reason),
        idCell(row.invoice),
        day(row.issued_on),
        time(row.created_at),
      ],
    });
  }

  private async create(
    invoice: string,
    {
      credit_reason: reason,
      amount: typed,
      lines,
    }: {
      readonly credit_reason: string;
      readonly amount?: string | undefined;
      readonly lines?: string | undefined;
    },
    by: Asker,
  ) {
    const found = await this.ask('GET /v1/invoices/:id', { params: { id: invoice } }, by);
    const { currency } = found.body as { readonly currency: string };
    const body = {
      ...{ invoice, reason },
      ...(typed === undefined ? {} : { amount: minorOf(typed, currency) }),
      ...(lines === undefined ? {} : { lines: lines.split(/[ ,]+/).map((line) => ({ line: BigInt(line) })) }),
    };
    const answer = await this.ask('POST /v1/credit_notes', { body }, by);
    const { id } = answer.body as CreditNote;
    const done =
      answer.status === 201 ? 'The credit note is issued.' : 'The credit note waits for its number.';
    return { to: `/admin/credit-notes/${id}`, done };
  }

  private async show(id: string, operator: Operator, context: PageContext): Promise<PageAnswer> {
    const by = { caller: operator, context, reason: null };
    const { body } = await this.ask('GET /v1/credit_notes/:id', { params: { id } }, by);
    const note = body as CreditNote;
    return recordAnswer(
      {
        title: note.number === null ? 'Credit note, without a number yet' : `Credit note ${note.number}`,
        id,
        status: note.status,
        links: [{ label: 'PDF', href: `/admin/credit-notes/${id}/pdf`, newTab: true }],
        figures: [
          { title: 'Total', cell: amount(note.amount_total, note.currency) },
          { title: 'Net', cell: amount(note.amount_net, note.currency) },
          { title: 'Tax', cell: amount(note.amount_tax, note.currency) },
        ],
        facts: [
          { title: 'Invoice', cell: idCell(note.invoice) },
          { title: 'What for', cell: words(note.reason) },
          { title: 'Takes back', cell: idCell(note.reverses) },
          { title: 'Issued on', cell: day(note.issued_on) },
          { title: 'Created', cell: time(note.created_at) },
        ],
        tables: [linesOf(note)],
        actions: [],
        stream: `invoice-${note.invoice}`,
        about: id,
      },
      { eventStore: this.eventStore, describe: this.describe },
    );
  }
}

function linesOf({ lines, currency }: CreditNote): Table {
  return {
    caption: "Lines, by the invoice's numbers",
    columns: [
      { title: 'Line' },
      { title: 'Net', amounts: true },
      { title: 'Tax', amounts: true },
      { title: 'Total', amounts: true },
    ],
    rows: lines.map((line) => [
      text(String(line.line)),
      amount(line.amount_net, currency),
      amount(line.amount_tax, currency),
      amount(line.amount_total, currency),
    ]),
  };
}
