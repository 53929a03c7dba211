import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { DescribeEvent } from '../../../../application/audit/describe-event.js';
import type { EventStore } from '../../../../application/ports/event-store.js';
import type { InvoiceQueries } from '../../../../application/ports/invoice-queries.js';
import type { OrderQueries } from '../../../../application/ports/order-queries.js';
import { orderStatuses } from '../../../../application/ports/order-queries.js';
import type { PaymentQueries } from '../../../../application/ports/read-models.js';
import { anyTime, firstPage } from '../../../../application/ports/read-models.js';
import type { Operator } from '../../../../application/user/sign-in.js';
import { parseCustomerId, parseOrderId } from '../../../../domain/shared/ids.js';
import { httpTokens } from '../../http-tokens.js';
import { idField } from '../../shared/fields.js';
import { createdIn } from '../../shared/lists.js';
import type { AskApi } from '../shared/ask-api.js';
import type { Page, PageAnswer, PageContext, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';
import { amount, count, day, idCell, status, text, time } from './cells.js';
import type { ConsoleArea } from './console-area.js';
import { createdDayFilters, createdDays } from './form-fields.js';
import { listPages } from './list-page.js';
import type { Order } from './order-actions.js';
import { actionsOfOrder, orderActionPages } from './order-actions.js';
import { recordAnswer } from './record-page.js';
import { invoiceTable, paymentTable } from './related-tables.js';

const orderId = idField(parseOrderId, 'ord');
const first = firstPage(20);

/** Orders, with what is invoiced and paid of them. */
@injectable()
export class OrderPages implements PageController {
  readonly pages: readonly Page[];

  constructor(
    @inject(httpTokens.consoleArea) area: ConsoleArea,
    @inject(httpTokens.orderQueries) orders: OrderQueries,
    @inject(httpTokens.invoiceQueries) private readonly invoices: InvoiceQueries,
    @inject(httpTokens.paymentQueries) private readonly payments: PaymentQueries,
    @inject(httpTokens.eventStore) private readonly eventStore: EventStore,
    @inject(httpTokens.describeEvent) private readonly describe: DescribeEvent,
    @inject(httpTokens.askApi) private readonly ask: AskApi,
  ) {
    this.pages = [
      ...listPages(area, {
        path: '/admin/orders',
        title: 'Orders',
        scope: 'orders:read',
        cursor: orderId,
        fields: {
          ...createdDays,
          status: z.enum(orderStatuses).optional(),
          customer: idField(parseCustomerId, 'cus').optional(),
        },
        filters: [
          { name: 'status', label: 'Status', options: orderStatuses },
          { name: 'customer', label: 'Customer' },
          ...createdDayFilters,
        ],
        columns: [
          { title: 'Order' },
          { title: 'Status' },
          { title: 'Total', amounts: true },
          { title: 'Settled', amounts: true },
          { title: 'Customer' },
          { title: 'Description' },
          { title: 'Created' },
        ],
        load: ({ status: wanted = null, customer = null, ...created }, request) =>
          orders.list({ ...request, ...createdIn(created), status: wanted, customer }),
        cells: (row) => [
          idCell(row.id),
          status(row.status),
          amount(row.total, row.currency),
          amount(row.amount_settled, row.currency),
          idCell(row.customer),
          text(row.description),
          time(row.created_at),
        ],
      }),
      page(area, {
        method: 'get',
        path: '/admin/orders/:id',
        access: 'orders:read',
        params: z.strictObject({ id: orderId }),
        handle: ({ visitor, params: { id }, context }) => this.show(id, visitor, context),
      }),
      ...orderActionPages(area, this.ask),
    ];
  }

  private async show(id: string, operator: Operator, context: PageContext): Promise<PageAnswer> {
    const by = { caller: operator, context, reason: null };
    const { body } = await this.ask('GET /v1/orders/:id', { params: { id } }, by);
    const order = body as Order;
    const [invoices, payments] = await Promise.all([
      operator.scopes.includes('invoices:read')
        ? this.invoices.list({
            ...{ ...first, ...anyTime, status: null, customer: null, order: id },
            ...{ number: null, dueGte: null, dueLte: null },
          })
        : null,
      operator.scopes.includes('payments:read')
        ? this.payments.list({
            ...first,
            ...anyTime,
            status: null,
            customer: null,
            order: id,
            currency: null,
          })
        : null,
    ]);
    return recordAnswer(
      {
        title: 'Order',
        id,
        status: order.status,
        figures: [
          { title: 'Total', cell: amount(order.total, order.currency) },
          { title: 'Settled', cell: amount(order.amount_settled, order.currency) },
        ],
        facts: [
          { title: 'Customer', cell: idCell(order.customer) },
          { title: 'Description', cell: text(order.description) },
          { title: 'Approved on', cell: day(order.approved_on) },
          { title: 'Created', cell: time(order.created_at) },
          { title: 'Revision', cell: count(order.revision) },
        ],
        tables: [
          ...(invoices === null ? [] : [invoiceTable(invoices.rows)]),
          ...(payments === null ? [] : [paymentTable(payments.rows)]),
        ],
        actions: operator.scopes.includes('orders:write') ? actionsOfOrder(order) : [],
        stream: `order-${id}`,
      },
      { eventStore: this.eventStore, describe: this.describe },
    );
  }
}
