import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { DescribeEvent } from '../../../../application/audit/describe-event.js';
import type { Clock } from '../../../../application/ports/clock.js';
import type { EventStore } from '../../../../application/ports/event-store.js';
import type { InvoiceQueries } from '../../../../application/ports/invoice-queries.js';
import type { Notifications } from '../../../../application/ports/notifications.js';
import type { OrderQueries } from '../../../../application/ports/order-queries.js';
import type { PlanQueries } from '../../../../application/ports/plan-queries.js';
import type {
  CreditQueries,
  CustomerQueries,
  PaymentQueries,
} from '../../../../application/ports/read-models.js';
import { anyTime, firstPage } from '../../../../application/ports/read-models.js';
import type { StatementQueries } from '../../../../application/ports/statement-queries.js';
import type { Operator } from '../../../../application/user/sign-in.js';
import { parseCustomerId } from '../../../../domain/shared/ids.js';
import type { customerOfState } from '../../customer/customer-object.js';
import { httpTokens } from '../../http-tokens.js';
import { idField, textField } from '../../shared/fields.js';
import { createdIn } from '../../shared/lists.js';
import type { AskApi } from '../shared/ask-api.js';
import type { Page, PageAnswer, PageContext, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';
import type { Table } from './cells.js';
import { count, idCell, link, text, time } from './cells.js';
import type { ConsoleArea } from './console-area.js';
import type { CustomerAccount } from './customer-account.js';
import { customerAccount, linksOf, portalLink } from './customer-account.js';
import { createdDayFilters, createdDays } from './form-fields.js';
import { listPages } from './list-page.js';
import { recordAnswer } from './record-page.js';
import { creditTable, invoiceTable, orderTable, paymentTable, planTable } from './related-tables.js';

const customerId = idField(parseCustomerId, 'cus');
const first = firstPage(10);

/** Customers, and everything about one of them on one page. */
@injectable()
export class CustomerPages implements PageController {
  readonly pages: readonly Page[];
  private readonly account: CustomerAccount;

  constructor(
    @inject(httpTokens.consoleArea) area: ConsoleArea,
    @inject(httpTokens.customerQueries) customers: CustomerQueries,
    @inject(httpTokens.paymentQueries) private readonly payments: PaymentQueries,
    @inject(httpTokens.invoiceQueries) private readonly invoices: InvoiceQueries,
    @inject(httpTokens.orderQueries) private readonly orders: OrderQueries,
    @inject(httpTokens.planQueries) private readonly plans: PlanQueries,
    @inject(httpTokens.creditQueries) private readonly credits: CreditQueries,
    @inject(httpTokens.eventStore) private readonly eventStore: EventStore,
    @inject(httpTokens.describeEvent) private readonly describe: DescribeEvent,
    @inject(httpTokens.notifications) notifications: Notifications,
    @inject(httpTokens.statementQueries) statements: StatementQueries,
    @inject(httpTokens.clock) clock: Clock,
    @inject(httpTokens.askApi) private readonly ask: AskApi,
  ) {
    this.account = customerAccount({ credits, notifications, statements, clock, ask });
    this.pages = [
      ...listPages(area, {
        path: '/admin/customers',
        title: 'Customers',
        scope: 'customers:read',
        cursor: customerId,
        action: { label: 'New customer', href: '/admin/customers/new', scope: 'customers:write' },
        fields: { ...createdDays, email: textField(254).optional() },
        filters: [{ name: 'email', label: 'E-mail address', personal: true }, ...createdDayFilters],
        columns: [
          { title: 'Name' },
          { title: 'E-mail' },
          { title: 'Customer' },
          { title: 'At Stripe' },
          { title: 'Created' },
        ],
        load: ({ email = null, ...created }, request) =>
          customers.list({ ...request, ...createdIn(created), email }),
        cells: (row) => [
          link(row.profile.name ?? 'no name', `/admin/customers/${row.id}`),
          text(row.profile.email),
          idCell(row.id),
          text(row.provider_customer),
          time(row.created_at),
        ],
      }),
      page(area, {
        method: 'get',
        path: '/admin/customers/:id',
        access: 'customers:read',
        params: z.strictObject({ id: customerId }),
        handle: ({ visitor, params: { id }, context }) => this.show(id, visitor, context),
      }),
    ];
  }

  private async show(id: string, operator: Operator, context: PageContext): Promise<PageAnswer> {
    const by = { caller: operator, context, reason: null };
    const { body } = await this.ask('GET /v1/customers/:id', { params: { id } }, by);
    const customer = body as ReturnType<typeof customerOfState>;
    const methods = await this.ask('GET /v1/customers/:id/payment_methods', { params: { id } }, by);
    const tables = await this.tables(id, operator);
    const address = customer.billing_address;
    const place = [address?.line1, address?.line2, address?.postal_code, address?.city, address?.country];
    return recordAnswer(
      {
        title: customer.name ?? customer.email ?? 'Customer',
        id,
        status: null,
        links: linksOf(id, operator.scopes),
        figures: await this.account.figures(id, by),
        facts: [
          { title: 'E-mail', cell: text(customer.email) },
          { title: 'Phone', cell: text(customer.phone) },
          {
            title: 'Billed at',
            cell: text(place.filter((part) => part !== null && part !== undefined).join(', ')),
          },
          { title: 'Tax ids', cell: text(customer.tax_ids.map(({ value }) => value).join(', ')) },
          { title: 'Time zone', cell: text(customer.time_zone) },
          { title: 'Language', cell: text(customer.locale) },
          { title: 'At Stripe', cell: text(customer.provider.customer) },
          { title: 'Since', cell: time(customer.created_at) },
          { title: 'Revision', cell: count(customer.revision) },
        ],
        tables: [
          methodsOf(methods.body, customer.default_payment_method),
          ...tables,
          ...(await this.account.tables(id, operator.scopes)),
        ],
        actions: operator.scopes.includes('customers:write') ? [portalLink(id)] : [],
        stream: `customer-${id}`,
      },
      { eventStore: this.eventStore, describe: this.describe },
    );
  }

  /** What the reader may see of what belongs to a customer. */
  private async tables(customer: string, { scopes }: Operator): Promise<readonly Table[]> {
    const more = (path: string) => ({ more: `${path}?customer=${customer}` });
    const wide = { ...first, ...anyTime, status: null, customer };
    const tables = await Promise.all([
      scopes.includes('payments:read')
        ? this.payments
            .list({ ...wide, order: null, currency: null })
            .then(({ rows }) => paymentTable(rows, more('/admin/payments')))
        : null,
      scopes.includes('invoices:read')
        ? this.invoices
            .list({ ...wide, order: null, number: null, dueGte: null, dueLte: null })
            .then(({ rows }) => invoiceTable(rows, more('/admin/invoices')))
        : null,
      scopes.includes('orders:read')
        ? this.orders.list(wide).then(({ rows }) => orderTable(rows, more('/admin/orders')))
        : null,
      scopes.includes('plans:read')
        ? this.plans
            .list({ ...wide, order: null, invoice: null })
            .then(({ rows }) => planTable(rows, more('/admin/plans')))
        : null,
      scopes.includes('credits:read')
        ? this.credits
            .list({ ...wide, type: null, currency: null, expiresLte: null })
            .then(({ rows }) => creditTable(rows, more('/admin/credits')))
        : null,
    ]);
    return tables.filter((table) => table !== null);
  }
}

type Method = {
  readonly id: string;
  readonly type: string;
  readonly brand?: string | null;
  readonly last4?: string | null;
  readonly exp_month?: number | null;
  readonly exp_year?: number | null;
};

function methodsOf(list: unknown, preferred: string | null): Table {
  const { data } = list as { readonly data: readonly Method[] };
  return {
    caption: 'Payment methods',
    columns: [{ title: 'Method' }, { title: 'Ends in' }, { title: 'Until' }, { title: 'Use' }],
    rows: data.map((method) => [
      text(method.brand ?? method.type),
      text(method.last4),
      text(method.exp_year ? `${String(method.exp_month).padStart(2, '0')}/${method.exp_year}` : null),
      text(method.id === preferred ? 'by default' : null),
    ]),
  };
}
