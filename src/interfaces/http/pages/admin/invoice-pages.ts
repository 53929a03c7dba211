import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { DescribeEvent } from '../../../../application/audit/describe-event.js';
import type { CollectionQueries } from '../../../../application/ports/collection-queries.js';
import type { EventStore } from '../../../../application/ports/event-store.js';
import type { InvoiceQueries } from '../../../../application/ports/invoice-queries.js';
import type { ManualPaymentQueries } from '../../../../application/ports/manual-payment-queries.js';
import type { Notifications } from '../../../../application/ports/notifications.js';
import type { PlanQueries } from '../../../../application/ports/plan-queries.js';
import type { CreditQueries } from '../../../../application/ports/read-models.js';
import { anyTime, firstPage } from '../../../../application/ports/read-models.js';
import type { Operator } from '../../../../application/user/sign-in.js';
import { parseCreditId, parseCustomerId, parseInvoiceId } from '../../../../domain/shared/ids.js';
import { httpTokens } from '../../http-tokens.js';
import type { invoiceOfState } from '../../invoice/invoice-object.js';
import { idField, textField } from '../../shared/fields.js';
import { createdIn } from '../../shared/lists.js';
import type { AskApi, Asker } from '../shared/ask-api.js';
import type { Page, PageAnswer, PageContext, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';
import { actionPage } from './action-page.js';
import type { Table } from './cells.js';
import { amount, count, day, idCell, link, status, text, time, words } from './cells.js';
import type { ConsoleArea } from './console-area.js';
import { createdDayFilters, createdDays } from './form-fields.js';
import { moreOf } from './invoice-more.js';
import { attemptsAt, creditNotesOf, linesOf, paymentsOf, planAt, taxesOf } from './invoice-tables.js';
import { listPages } from './list-page.js';
import { pdfPage } from './pdf-page.js';
import type { Action } from './record-page.js';
import { recordAnswer } from './record-page.js';
import { invoiceRecovery, payLinkMailOf, savedMethods } from './recovery-actions.js';

const invoiceId = idField(parseInvoiceId, 'inv');
const customerId = idField(parseCustomerId, 'cus');
const params = z.strictObject({ id: invoiceId });
const statuses = ['draft', 'finalizing', 'open', 'paid', 'void', 'uncollectible'] as const;
const creditStatuses = ['active', 'exhausted', 'expired', 'voided'] as const;

type Invoice = ReturnType<typeof invoiceOfState>;

/** Invoices and customers' credit. */
@injectable()
export class InvoicePages implements PageController {
  readonly pages: readonly Page[];

  constructor(
    @inject(httpTokens.consoleArea) area: ConsoleArea,
    @inject(httpTokens.invoiceQueries) private readonly invoices: InvoiceQueries,
    @inject(httpTokens.creditQueries) private readonly credits: CreditQueries,
    @inject(httpTokens.manualPaymentQueries) private readonly manual: ManualPaymentQueries,
    @inject(httpTokens.collectionQueries) private readonly collections: CollectionQueries,
    @inject(httpTokens.planQueries) private readonly plans: PlanQueries,
    @inject(httpTokens.notifications) private readonly notifications: Notifications,
    @inject(httpTokens.eventStore) private readonly eventStore: EventStore,
    @inject(httpTokens.describeEvent) private readonly describe: DescribeEvent,
    @inject(httpTokens.askApi) private readonly ask: AskApi,
  ) {
    const act = actionPage(area, ask);
    const action = (name: string, done: string) =>
      act({
        path: `/admin/invoices/:id/${name}`,
        route: `POST /v1/invoices/:id/${name}`,
        access: 'invoices:write',
        params,
        done,
      });
    this.pages = [
      ...this.lists(area),
      page(area, {
        method: 'get',
        path: '/admin/invoices/:id',
        access: 'invoices:read',
        params,
        handle: ({ visitor, params: { id }, context }) => this.show(id, visitor, context),
      }),
      pdfPage(area, ask, {
        path: '/admin/invoices/:id/pdf',
        route: 'GET /v1/invoices/:id/pdf',
        access: 'invoices:read',
        params,
      }),
      action('finalize', 'The invoice is issued.'),
      action('send', 'The invoice is marked as sent.'),
      action('void', 'The invoice is void.'),
      action('mark_uncollectible', 'What is left is written off.'),
    ];
  }

  private lists(area: ConsoleArea): readonly Page[] {
    return [
      ...listPages(area, {
        path: '/admin/invoices',
        title: 'Invoices',
        scope: 'invoices:read',
        cursor: invoiceId,
        action: { label: 'New invoice', href: '/admin/invoices/new', scope: 'invoices:write' },
        fields: {
          ...createdDays,
          status: z.enum(statuses).optional(),
          customer: customerId.optional(),
          number: textField(40).optional(),
        },
        filters: [
          { name: 'status', label: 'Status', options: statuses },
          { name: 'number', label: 'Number' },
          { name: 'customer', label: 'Customer' },
          ...createdDayFilters,
        ],
        columns: [
          { title: 'Number' },
          { title: 'Status' },
          { title: 'Total', amounts: true },
          { title: 'Due', amounts: true },
          { title: 'Due on' },
          { title: 'Customer' },
          { title: 'Created' },
        ],
        load: ({ status: wanted = null, customer = null, number = null, ...created }, request) =>
          this.invoices.list({
            ...request,
            ...createdIn(created),
            ...{ status: wanted, customer, number, order: null, dueGte: null, dueLte: null },
          }),
        cells: (row) => [
          link(row.number ?? 'not issued', `/admin/invoices/${row.id}`),
          status(row.status),
          amount(row.amount_total, row.currency),
          amount(row.amount_due, row.currency),
          day(row.due_on),
          idCell(row.customer),
          time(row.created_at),
        ],
      }),
      ...listPages(area, {
        path: '/admin/credits',
        title: 'Credits',
        scope: 'credits:read',
        cursor: idField(parseCreditId, 'crd'),
        action: { label: 'Grant credit', href: '/admin/credits/grant', scope: 'credits:write' },
        fields: { status: z.enum(creditStatuses).optional(), customer: customerId.optional() },
        filters: [
          { name: 'status', label: 'Status', options: creditStatuses },
          { name: 'customer', label: 'Customer' },
        ],
        columns: [
          { title: 'Credit' },
          { title: 'Status' },
          { title: 'Granted', amounts: true },
          { title: 'Left', amounts: true },
          { title: 'On hold', amounts: true },
          { title: 'Type' },
          { title: 'Customer' },
          { title: 'Expires' },
          { title: 'Created' },
        ],
        load: ({ status: wanted = null, customer = null }, request) =>
          this.credits.list({
            ...request,
            ...anyTime,
            ...{ status: wanted, customer, type: null, currency: null, expiresLte: null },
          }),
        cells: (row) => [
          idCell(row.id),
          status(row.status),
          amount(row.amount, row.currency),
          amount(row.remaining_amount, row.currency),
          amount(row.held_amount, row.currency),
          words(row.type),
          idCell(row.customer_id),
          time(row.expires_at),
          time(row.created_at),
        ],
      }),
    ];
  }

  private async show(id: string, operator: Operator, context: PageContext): Promise<PageAnswer> {
    const by = { caller: operator, context, reason: null };
    const { body } = await this.ask('GET /v1/invoices/:id', { params: { id } }, by);
    const invoice = body as Invoice;
    const { currency } = invoice;
    const plan = operator.scopes.includes('plans:read')
      ? await planAt(id, { plans: this.plans, ask: this.ask, by })
      : null;
    return recordAnswer(
      {
        title: invoice.number === null ? 'Invoice, not issued' : `Invoice ${invoice.number}`,
        id,
        status: invoice.status,
        trouble: invoice.overdue ? 'This invoice is overdue.' : null,
        figures: [
          { title: 'Total', cell: amount(invoice.amount_total, currency) },
          { title: 'Paid', cell: amount(invoice.amount_paid, currency) },
          { title: 'Credited', cell: amount(invoice.amount_credited, currency) },
          { title: 'Written off', cell: amount(invoice.amount_written_off, currency) },
          { title: 'Due', cell: amount(invoice.amount_due, currency) },
        ],
        facts: [
          { title: 'Customer', cell: idCell(invoice.customer) },
          { title: 'Order', cell: idCell(invoice.order) },
          { title: 'Payment plan', cell: idCell(plan?.id ?? null) },
          { title: 'Issued on', cell: day(invoice.issued_on) },
          { title: 'Due on', cell: day(invoice.due_on) },
          { title: 'Net', cell: amount(invoice.amount_net, currency) },
          { title: 'Tax', cell: amount(invoice.amount_tax, currency) },
          { title: 'Discount', cell: amount(invoice.amount_discount, currency) },
          { title: 'Memo', cell: text(invoice.memo) },
          { title: 'Revision', cell: count(invoice.revision) },
        ],
        tables: await this.tables(invoice, plan?.table ?? null, by),
        links: [
          { label: 'PDF', href: `/admin/invoices/${id}/pdf`, newTab: true },
          ...moreOf(invoice, operator.scopes),
        ],
        actions: operator.scopes.includes('invoices:write')
          ? [...(await this.recovery(invoice, by)), ...actionsOf(invoice)]
          : [],
        stream: `invoice-${id}`,
      },
      { eventStore: this.eventStore, describe: this.describe },
    );
  }

  /** What stands on the invoice, and what was done to have it paid; what there is none of is left out. */
  private async tables(invoice: Invoice, plan: Table | null, by: Asker): Promise<readonly Table[]> {
    const attempts = await attemptsAt(invoice.id, { collections: this.collections, ask: this.ask, by });
    const manual = by.caller.scopes.includes('manual_payments:read') ? [await this.manualOf(invoice.id)] : [];
    const further = [
      taxesOf(invoice),
      ...(plan === null ? [] : [plan]),
      paymentsOf(invoice),
      creditNotesOf(invoice),
      attempts,
      ...manual,
    ];
    return [linesOf(invoice), ...further.filter(({ rows }) => rows.length > 0)];
  }

  private async recovery(invoice: Invoice, by: Asker): Promise<readonly Action[]> {
    const methods = await savedMethods(this.ask, invoice.customer, by);
    const mail = await payLinkMailOf(invoice, this.notifications, by.caller.scopes);
    return invoiceRecovery(invoice, { methods, mail }, { collect: 'Collect now', link: 'Pay link' });
  }

  private async manualOf(invoice: string): Promise<Table> {
    const { rows } = await this.manual.list({
      ...firstPage(20),
      ...anyTime,
      ...{ status: null, customer: null, invoice, reference: null },
    });
    return {
      caption: 'Manual payments',
      columns: [
        { title: 'Payment' },
        { title: 'Status' },
        { title: 'Amount', amounts: true },
        { title: 'Reference' },
      ],
      rows: rows.map((row) => [
        idCell(row.id),
        status(row.status),
        amount(row.amount, row.currency),
        text(row.reference),
      ]),
    };
  }
}

function actionsOf({ id, status: state }: Invoice): readonly Action[] {
  const at = (name: string) => `/admin/invoices/${id}/${name}`;
  switch (state) {
    case 'draft':
      return [
        { title: 'Issue', path: at('finalize'), button: 'Issue', note: 'It gets its number for good.' },
      ];
    case 'open':
      return [
        { title: 'Mark as sent', path: at('send'), button: 'Mark as sent' },
        {
          title: 'Write off what is left',
          path: at('mark_uncollectible'),
          button: 'Write off',
          danger: true,
        },
        { title: 'Void', path: at('void'), button: 'Void', danger: true, note: 'The number stays used.' },
      ];
    case 'uncollectible':
      return [{ title: 'Void', path: at('void'), button: 'Void', danger: true }];
    case 'finalizing':
    case 'paid':
    case 'void':
      return [];
  }
}
