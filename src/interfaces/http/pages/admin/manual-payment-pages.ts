import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { DescribeEvent } from '../../../../application/audit/describe-event.js';
import type { EventStore } from '../../../../application/ports/event-store.js';
import type {
  ManualPaymentQueries,
  ManualPaymentRow,
} from '../../../../application/ports/manual-payment-queries.js';
import { manualPaymentStatuses } from '../../../../application/ports/manual-payment-queries.js';
import type { Operator } from '../../../../application/user/sign-in.js';
import { methods, reversalCauses } from '../../../../domain/manual-payment/messages.js';
import { parseCustomerId, parseInvoiceId, parseManualPaymentId } from '../../../../domain/shared/ids.js';
import { httpTokens } from '../../http-tokens.js';
import { currencyField, idField, textField } from '../../shared/fields.js';
import { createdIn } from '../../shared/lists.js';
import type { AskApi } from '../shared/ask-api.js';
import type { Page, PageAnswer, PageContext, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';
import { actionPage } from './action-page.js';
import { amount, count, day, idCell, status, text, time, words } from './cells.js';
import type { ConsoleArea } from './console-area.js';
import { createdDayFilters, createdDays, minorOf, typedAmount, typedDate } from './form-fields.js';
import { formPages } from './form-pages.js';
import { listPages } from './list-page.js';
import type { Action, ActionField } from './record-page.js';
import { recordAnswer } from './record-page.js';

const manualPaymentId = idField(parseManualPaymentId, 'mp');
const customerId = idField(parseCustomerId, 'cus');
const invoiceId = idField(parseInvoiceId, 'inv');
const params = z.strictObject({ id: manualPaymentId });

const recordFields: readonly ActionField[] = [
  { name: 'customer', label: 'Customer', hint: 'Their id: cus_...' },
  { name: 'invoice', label: 'Invoice', hint: 'Its id: inv_...', optional: true },
  { name: 'method', label: 'How it came', options: methods, value: 'wire' },
  { name: 'amount', label: 'Amount', hint: 'Such as 1250.00' },
  { name: 'currency', label: 'Currency', value: 'USD' },
  { name: 'reference', label: 'Reference', hint: "The cheque's number or the wire's text" },
  { name: 'received_on', label: 'Received on', type: 'date' },
];

/** Cheques, wires, cash and barter: recorded by one person, verified by another. */
@injectable()
export class ManualPaymentPages implements PageController {
  readonly pages: readonly Page[];

  constructor(
    @inject(httpTokens.consoleArea) area: ConsoleArea,
    @inject(httpTokens.manualPaymentQueries) private readonly queries: ManualPaymentQueries,
    @inject(httpTokens.eventStore) private readonly eventStore: EventStore,
    @inject(httpTokens.describeEvent) private readonly describe: DescribeEvent,
    @inject(httpTokens.askApi) private readonly ask: AskApi,
  ) {
    const act = actionPage(area, ask);
    const action = (name: string, done: string, body: Parameters<typeof act>[0]['body'] = {}) =>
      act({
        path: `/admin/manual-payments/:id/${name}`,
        route: `POST /v1/manual_payments/:id/${name}`,
        access: 'manual_payments:write',
        params,
        body,
        reasonInBody: true,
        done,
      });
    this.pages = [
      ...this.list(area),
      ...formPages(area, {
        path: '/admin/manual-payments/record',
        title: 'Record a manual payment',
        access: 'manual_payments:write',
        fields: () => recordFields,
        body: recordBody,
        button: 'Record',
        send: async ({ amount: typed, ...rest }, by) => {
          const body = { ...rest, amount: minorOf(typed, rest.currency) };
          const answer = await this.ask('POST /v1/manual_payments', { body }, by);
          const { id } = answer.body as { readonly id: string };
          const done = 'The payment is recorded. It counts once it is verified.';
          return { to: `/admin/manual-payments/${id}`, done };
        },
      }),
      page(area, {
        method: 'get',
        path: '/admin/manual-payments/:id',
        access: 'manual_payments:read',
        params,
        handle: ({ visitor, params: { id }, context }) => this.show(id, visitor, context),
      }),
      action('verify', 'The money is there.'),
      action('reject', 'Nothing was booked.'),
      action('reverse', 'The money is gone again.', { cause: z.enum(reversalCauses) }),
    ];
  }

  private list(area: ConsoleArea): readonly Page[] {
    return listPages(area, {
      path: '/admin/manual-payments',
      title: 'Manual payments',
      scope: 'manual_payments:read',
      cursor: manualPaymentId,
      action: {
        label: 'Record one',
        href: '/admin/manual-payments/record',
        scope: 'manual_payments:write',
      },
      fields: {
        ...createdDays,
        status: z.enum(manualPaymentStatuses).optional(),
        reference: textField(140).optional(),
        customer: customerId.optional(),
      },
      filters: [
        { name: 'status', label: 'Status', options: manualPaymentStatuses },
        { name: 'reference', label: 'Reference' },
        { name: 'customer', label: 'Customer' },
        ...createdDayFilters,
      ],
      columns: [
        { title: 'Payment' },
        { title: 'Status' },
        { title: 'Amount', amounts: true },
        { title: 'How' },
        { title: 'Reference' },
        { title: 'Received on' },
        { title: 'Recorded by' },
        { title: 'Verified by' },
      ],
      load: ({ status: wanted = null, reference = null, customer = null, ...created }, request) =>
        this.queries.list({
          ...{ ...request, ...createdIn(created), status: wanted, reference, customer },
          invoice: null,
        }),
      cells: (row) => [
        idCell(row.id),
        status(row.status),
        amount(row.amount, row.currency),
        words(row.method),
        text(row.reference),
        day(row.received_on),
        idCell(row.recorded_by),
        idCell(row.verified_by),
      ],
    });
  }

  private async show(id: string, operator: Operator, context: PageContext): Promise<PageAnswer> {
    const by = { caller: operator, context, reason: null };
    const { body } = await this.ask('GET /v1/manual_payments/:id', { params: { id } }, by);
    const payment = body as ManualPaymentRow;
    const own = payment.recorded_by === operator.userId;
    const waits = payment.status === 'recorded' && payment.needs_second_person;
    return recordAnswer(
      {
        title: `Manual payment, ${payment.method}`,
        id,
        status: payment.status,
        trouble: waits && own ? 'You recorded this payment: another person has to verify it.' : null,
        figures: [
          { title: 'Amount', cell: amount(payment.amount, payment.currency) },
          { title: 'Set against invoices', cell: amount(payment.amount_applied, payment.currency) },
        ],
        facts: [
          { title: 'Customer', cell: idCell(payment.customer) },
          { title: 'Invoice', cell: idCell(payment.invoice) },
          { title: 'Reference', cell: text(payment.reference) },
          { title: 'Received on', cell: day(payment.received_on) },
          { title: 'Evidence (SHA-256)', cell: text(payment.evidence_sha256) },
          { title: 'Value on', cell: day(payment.value_on) },
          { title: 'Recorded by', cell: idCell(payment.recorded_by) },
          { title: 'Two people', cell: text(payment.needs_second_person ? 'needed' : 'not needed') },
          { title: 'Verified by', cell: idCell(payment.verified_by) },
          { title: 'Reversed for', cell: words(payment.reversal_cause) },
          { title: 'Recorded', cell: time(payment.created_at) },
          { title: 'Revision', cell: count(payment.revision) },
        ],
        tables: [],
        actions: operator.scopes.includes('manual_payments:write') ? actionsOf(payment) : [],
        stream: `manualPayment-${id}`,
      },
      { eventStore: this.eventStore, describe: this.describe },
    );
  }
}

const recordBody = {
  customer: customerId,
  invoice: invoiceId.optional(),
  method: z.enum(methods),
  amount: typedAmount,
  currency: currencyField,
  reference: textField(140),
  received_on: typedDate,
};

function actionsOf({ id, status: state }: ManualPaymentRow): readonly Action[] {
  const at = (name: string) => `/admin/manual-payments/${id}/${name}`;
  switch (state) {
    case 'recorded':
      return [
        { title: 'Verify', path: at('verify'), button: 'The money is there' },
        { title: 'Reject', path: at('reject'), button: 'It never came', danger: true },
      ];
    case 'verified':
      return [
        {
          title: 'Reverse',
          path: at('reverse'),
          button: 'It is gone again',
          danger: true,
          fields: [{ name: 'cause', label: 'Why', options: reversalCauses }],
        },
      ];
    case 'rejected':
    case 'reversed':
      return [];
  }
}
