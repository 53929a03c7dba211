import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { DescribeEvent } from '../../../../application/audit/describe-event.js';
import type { EventStore } from '../../../../application/ports/event-store.js';
import type { PlanQueries } from '../../../../application/ports/plan-queries.js';
import { planStatuses } from '../../../../application/ports/plan-queries.js';
import type { Operator } from '../../../../application/user/sign-in.js';
import { parseCustomerId, parseInvoiceId, parseOrderId } from '../../../../domain/shared/ids.js';
import { httpTokens } from '../../http-tokens.js';
import type { planObject } from '../../plan/plan-object.js';
import { planParams } from '../../plan/plans.schemas.js';
import { idField } from '../../shared/fields.js';
import { createdIn } from '../../shared/lists.js';
import type { AskApi } from '../shared/ask-api.js';
import type { Page, PageAnswer, PageContext, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';
import { amount, count, day, idCell, status, text, time } from './cells.js';
import type { ConsoleArea } from './console-area.js';
import { createdDayFilters, createdDays } from './form-fields.js';
import { formPages } from './form-pages.js';
import { partsOf } from './invoice-tables.js';
import { listPages } from './list-page.js';
import { actionsOfPlan, planActionPages } from './plan-actions.js';
import { recordAnswer } from './record-page.js';
import { termsBody, termsFields, termsOf } from './terms-fields.js';

const customerId = idField(parseCustomerId, 'cus');
const invoiceId = idField(parseInvoiceId, 'inv');

/** When which part of an invoice is to be paid, and what came of it. */
@injectable()
export class PlanPages implements PageController {
  readonly pages: readonly Page[];

  constructor(
    @inject(httpTokens.consoleArea) area: ConsoleArea,
    @inject(httpTokens.planQueries) private readonly plans: PlanQueries,
    @inject(httpTokens.eventStore) private readonly eventStore: EventStore,
    @inject(httpTokens.describeEvent) private readonly describe: DescribeEvent,
    @inject(httpTokens.askApi) private readonly ask: AskApi,
  ) {
    this.pages = [
      ...this.list(area),
      ...formPages(area, {
        path: '/admin/plans/start',
        title: 'Start a payment plan',
        access: 'plans:write',
        fields: () => [{ name: 'invoice', label: 'Invoice', hint: 'An open one: inv_...' }, ...termsFields],
        body: { invoice: invoiceId, ...termsBody },
        note: 'The plan is of what may still be paid of the invoice, which has one plan.',
        button: 'Start it',
        send: async ({ invoice, ...typed }, by) => {
          const body = { invoice, terms: termsOf(typed) };
          const answer = await this.ask('POST /v1/payment_plans', { body }, by);
          const { id } = answer.body as { readonly id: string };
          return { to: `/admin/plans/${id}`, done: 'The plan has begun.' };
        },
      }),
      page(area, {
        method: 'get',
        path: '/admin/plans/:id',
        access: 'plans:read',
        params: planParams,
        handle: ({ visitor, params: { id }, context }) => this.show(id, visitor, context),
      }),
      ...planActionPages(area, ask),
    ];
  }

  private list(area: ConsoleArea): readonly Page[] {
    return listPages(area, {
      path: '/admin/plans',
      title: 'Payment plans',
      scope: 'plans:read',
      cursor: planParams.shape.id,
      action: { label: 'Start one', href: '/admin/plans/start', scope: 'plans:write' },
      fields: {
        ...createdDays,
        status: z.enum(planStatuses).optional(),
        customer: customerId.optional(),
        invoice: invoiceId.optional(),
        order: idField(parseOrderId, 'ord').optional(),
      },
      filters: [
        { name: 'status', label: 'Status', options: planStatuses },
        { name: 'customer', label: 'Customer' },
        { name: 'invoice', label: 'Invoice' },
        { name: 'order', label: 'Order' },
        ...createdDayFilters,
      ],
      columns: [
        { title: 'Plan' },
        { title: 'Status' },
        { title: 'Total', amounts: true },
        { title: 'Settled', amounts: true },
        { title: 'Parts', amounts: true },
        { title: 'Next due' },
        { title: 'Customer' },
        { title: 'Created' },
      ],
      load: ({ status: wanted = null, customer = null, invoice = null, order = null, ...created }, request) =>
        this.plans.list({
          ...{ ...request, ...createdIn(created), status: wanted },
          ...{ customer, invoice, order },
        }),
      cells: (row) => [
        idCell(row.id),
        status(row.status),
        amount(row.total, row.currency),
        amount(row.amount_settled, row.currency),
        count(row.parts.length),
        text(row.parts.find((part) => part.amount_settled + part.amount_discounted < part.amount)?.due_on),
        idCell(row.customer),
        time(row.created_at),
      ],
    });
  }

  private async show(id: string, operator: Operator, context: PageContext): Promise<PageAnswer> {
    const by = { caller: operator, context, reason: null };
    const { body } = await this.ask('GET /v1/payment_plans/:id', { params: { id } }, by);
    const plan = body as ReturnType<typeof planObject>;
    const { currency } = plan;
    return recordAnswer(
      {
        title: 'Payment plan',
        id,
        status: plan.status,
        figures: [
          { title: 'Total', cell: amount(plan.total, currency) },
          { title: 'Settled', cell: amount(plan.amount_settled, currency) },
          { title: 'Left', cell: amount(plan.amount_outstanding, currency) },
          ...(plan.amount_refundable === null
            ? []
            : [
                { title: 'May go back', cell: amount(plan.amount_refundable, currency) },
                { title: 'Stays with us', cell: amount(plan.amount_retained, currency) },
              ]),
        ],
        facts: [
          { title: 'Customer', cell: idCell(plan.customer) },
          { title: 'Invoice', cell: idCell(plan.invoice) },
          { title: 'Order', cell: idCell(plan.order) },
          { title: 'Version', cell: count(plan.version) },
          { title: 'Approved on', cell: day(plan.approved_on) },
          { title: 'Time zone', cell: text(plan.time_zone) },
          { title: 'Order released', cell: time(plan.released_at) },
          { title: 'Parts that may be moved', cell: count(plan.terms.skips_max) },
          { title: 'Created', cell: time(plan.created_at) },
          { title: 'Revision', cell: count(plan.revision) },
        ],
        tables: [partsOf(plan, 'Parts')],
        actions: operator.scopes.includes('plans:write') ? actionsOfPlan(plan) : [],
        stream: `paymentPlan-${id}`,
      },
      { eventStore: this.eventStore, describe: this.describe },
    );
  }
}
