import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { Clock } from '../../../../application/ports/clock.js';
import type { StatementQueries } from '../../../../application/ports/statement-queries.js';
import type { CustomerId } from '../../../../domain/shared/ids.js';
import type { customerOfState } from '../../customer/customer-object.js';
import { customerParams } from '../../customer/customers.schemas.js';
import { httpTokens } from '../../http-tokens.js';
import type { AskApi, Asker } from '../shared/ask-api.js';
import type { Page, PageAnswer, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';
import { reasonField } from './account-fields.js';
import { amount, idCell, text, time } from './cells.js';
import type { ConsoleArea } from './console-area.js';
import { customerBody, customerFields, profileOf } from './customer-fields.js';
import { formPages } from './form-pages.js';
import { thingAnswer } from './record-page.js';

const linesShown = 100;
const afterField = z
  .string()
  .regex(/^\d{1,18}$/)
  .transform(BigInt);

/** What is known of customers, their account with us, and the way in for them. */
@injectable()
export class CustomerAccountPages implements PageController {
  readonly pages: readonly Page[];

  constructor(
    @inject(httpTokens.consoleArea) area: ConsoleArea,
    @inject(httpTokens.clock) private readonly clock: Clock,
    @inject(httpTokens.statementQueries) private readonly statements: StatementQueries,
    @inject(httpTokens.askApi) private readonly ask: AskApi,
  ) {
    this.pages = [
      ...this.forms(area),
      page(area, {
        method: 'post',
        path: '/admin/customers/:id/portal-link',
        access: 'customers:write',
        params: customerParams,
        form: z.strictObject({ reason: reasonField }),
        back: ({ params: { id } }) => `/admin/customers/${id}`,
        handle: ({ visitor, params: { id }, form: { reason }, context }) =>
          this.portalLink(id, { caller: visitor, context, reason }),
      }),
      page(area, {
        method: 'get',
        path: '/admin/customers/:id/statement',
        access: 'ledger:read',
        params: customerParams,
        query: z.strictObject({ after_position: afterField.optional() }),
        handle: ({ params: { id }, query: { after_position: after = 0n } }) => this.statement(id, after),
      }),
    ];
  }

  private forms(area: ConsoleArea): readonly Page[] {
    return [
      ...formPages(area, {
        path: '/admin/customers/new',
        title: 'A new customer',
        access: 'customers:write',
        fields: () => customerFields(null),
        body: customerBody,
        button: 'Register them',
        send: async (typed, by) => {
          const { body } = await this.ask('POST /v1/customers', { body: profileOf(typed) }, by);
          const { id } = body as { readonly id: string };
          return { to: `/admin/customers/${id}`, done: 'The customer is registered.' };
        },
      }),
      ...formPages(area, {
        path: '/admin/customers/:id/edit',
        title: 'What is known of the customer',
        access: 'customers:write',
        params: customerParams,
        fields: async (params, by) => {
          const { body } = await this.ask('GET /v1/customers/:id', { params }, by);
          return customerFields(body as ReturnType<typeof customerOfState>);
        },
        body: customerBody,
        note: 'A field that is left empty is emptied.',
        button: 'Keep it',
        send: async (typed, by, params) => {
          await this.ask('PATCH /v1/customers/:id', { params, body: profileOf(typed) }, by);
          return { to: `/admin/customers/${params.id}`, done: 'It is kept.' };
        },
      }),
    ];
  }

  private async portalLink(customer: CustomerId, by: Asker): Promise<PageAnswer> {
    const { toldOnce } = await this.ask('POST /v1/portal_sessions', { body: { customer } }, by);
    const data = {
      secret: String(toldOnce?.['url']),
      what: 'It signs the customer in to their portal, once, within 15 minutes. It is shown this once.',
      back: `/admin/customers/${customer}`,
    };
    return { kind: 'page', template: '/admin/told-once', title: 'Give this link to the customer', data };
  }

  private async statement(customer: CustomerId, after: bigint): Promise<PageAnswer> {
    const asOf = this.clock.now();
    const found = await this.statements.statementOf(customer, { asOf, after, limit: linesShown });
    const sums = [
      { title: 'Owed on invoices', amounts: true },
      { title: 'Credit', amounts: true },
      { title: 'Not set against one', amounts: true },
      { title: 'Balance', amounts: true },
    ] as const;
    const last = found.lines.at(-1);
    const self = `/admin/customers/${customer}/statement`;
    return thingAnswer({
      title: 'Statement',
      id: customer,
      status: null,
      links: [
        { label: 'The customer', href: `/admin/customers/${customer}` },
        ...(found.hasMore && last !== undefined
          ? [{ label: 'Later lines', href: `${self}?after_position=${last.position}` }]
          : []),
      ],
      figures: found.balances.map((balance) => ({
        title: `${balance.balance > 0n ? 'They owe' : 'We owe'}, ${balance.currency}`,
        cell: amount(balance.balance, balance.currency),
      })),
      facts: [
        { title: 'Customer', cell: idCell(customer) },
        { title: 'As of', cell: time(asOf) },
        { title: 'Position', cell: text(String(found.position)) },
      ],
      tables: [
        {
          caption: after === 0n ? 'From the first line on' : 'Later lines',
          columns: [{ title: 'When' }, { title: 'What' }, ...sums, { title: 'Event' }],
          rows: found.lines.map((line) => [
            time(line.at),
            text(line.description),
            amount(line.receivable, line.currency),
            amount(line.credit, line.currency),
            amount(line.unapplied, line.currency),
            amount(line.balance, line.currency),
            idCell(`evt_${line.event_id}`),
          ]),
        },
      ],
      actions: [],
    });
  }
}
