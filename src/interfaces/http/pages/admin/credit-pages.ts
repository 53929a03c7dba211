import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { DescribeEvent } from '../../../../application/audit/describe-event.js';
import type { EventStore } from '../../../../application/ports/event-store.js';
import type { Operator } from '../../../../application/user/sign-in.js';
import { creditTypes } from '../../../../domain/credit/grant.js';
import type { creditOfRow } from '../../credit/credit-object.js';
import { creditParams, grantCreditBody } from '../../credit/credits.schemas.js';
import { httpTokens } from '../../http-tokens.js';
import type { AskApi } from '../shared/ask-api.js';
import type { Page, PageAnswer, PageContext, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';
import { actionPage } from './action-page.js';
import { amount, idCell, text, time, words } from './cells.js';
import type { ConsoleArea } from './console-area.js';
import { minorOf, typedAmount, typedDate, typedWhole } from './form-fields.js';
import { formPages } from './form-pages.js';
import type { Action, ActionField } from './record-page.js';
import { recordAnswer } from './record-page.js';

const grantFields: readonly ActionField[] = [
  { name: 'customer', label: 'Customer', hint: 'Their id: cus_...' },
  { name: 'amount', label: 'Amount', hint: 'Such as 25.00' },
  { name: 'currency', label: 'Currency', value: 'USD' },
  { name: 'type', label: 'Type', options: creditTypes, value: 'goodwill' },
  { name: 'description', label: 'Description', hint: 'The customer sees it.', optional: true },
  { name: 'source', label: 'Where it comes from', hint: 'Such as a campaign', optional: true },
  { name: 'expires_on', label: 'Last day', type: 'date', optional: true },
  { name: 'priority', label: 'Order of use', hint: 'Lower is used first.', value: '100' },
  {
    ...{ name: 'late_return', label: 'If it comes back after that', optional: true },
    options: ['breakage', 'extension'],
  },
  { name: 'late_return_days', label: 'Days of the extension', optional: true },
];

const { customer, currency, type, description, source } = grantCreditBody.shape;
const grantBody = {
  ...{ customer, currency, type, description, source, amount: typedAmount },
  expires_on: typedDate.optional(),
  priority: typedWhole.optional(),
  late_return: z.enum(['breakage', 'extension']).optional(),
  late_return_days: typedWhole.optional(),
};

/** One grant of credit, and new ones. */
@injectable()
export class CreditPages implements PageController {
  readonly pages: readonly Page[];

  constructor(
    @inject(httpTokens.consoleArea) area: ConsoleArea,
    @inject(httpTokens.eventStore) private readonly eventStore: EventStore,
    @inject(httpTokens.describeEvent) private readonly describe: DescribeEvent,
    @inject(httpTokens.askApi) private readonly ask: AskApi,
  ) {
    this.pages = [
      ...formPages(area, {
        path: '/admin/credits/grant',
        title: 'Grant credit',
        access: 'credits:write',
        fields: () => grantFields,
        body: grantBody,
        button: 'Grant it',
        send: async ({ amount: typed, ...rest }, by) => {
          const given = Object.entries(rest).filter(([, value]) => value !== undefined);
          const body = { ...Object.fromEntries(given), amount: minorOf(typed, rest.currency) };
          const answer = await this.ask('POST /v1/credits', { body }, by);
          const { id } = answer.body as { readonly id: string };
          return { to: `/admin/credits/${id}`, done: 'The credit is granted.' };
        },
      }),
      page(area, {
        method: 'get',
        path: '/admin/credits/:id',
        access: 'credits:read',
        params: creditParams,
        handle: ({ visitor, params: { id }, context }) => this.show(id, visitor, context),
      }),
      actionPage(
        area,
        this.ask,
      )({
        path: '/admin/credits/:id/revoke',
        route: 'POST /v1/credits/:id/revoke',
        access: 'credits:write',
        params: creditParams,
        done: 'What was left is taken back.',
      }),
    ];
  }

  private async show(id: string, operator: Operator, context: PageContext): Promise<PageAnswer> {
    const by = { caller: operator, context, reason: null };
    const { body } = await this.ask('GET /v1/credits/:id', { params: { id } }, by);
    const credit = body as ReturnType<typeof creditOfRow>;
    return recordAnswer(
      {
        title: `Credit, ${credit.type.replaceAll('_', ' ')}`,
        id,
        status: credit.status,
        figures: [
          { title: 'Granted', cell: amount(credit.amount, credit.currency) },
          { title: 'Left', cell: amount(credit.remaining_amount, credit.currency) },
          { title: 'On hold', cell: amount(credit.held_amount, credit.currency) },
        ],
        facts: [
          { title: 'Customer', cell: idCell(credit.customer) },
          { title: 'Description', cell: text(credit.description) },
          { title: 'Where from', cell: text(credit.source) },
          { title: 'Paid for', cell: text(credit.paid ? 'by the customer' : 'no, a gift of ours') },
          { title: 'Order of use', cell: text(String(credit.priority)) },
          { title: 'Expires', cell: time(credit.expires_at) },
          {
            title: 'Comes back late',
            cell:
              credit.late_return_days === null
                ? words(credit.late_return)
                : text(`good for ${credit.late_return_days} more days`),
          },
          { title: 'Granted by', cell: text(credit.granted_by) },
          { title: 'Granted on', cell: time(credit.created_at) },
        ],
        tables: [],
        actions: operator.scopes.includes('credits:write') ? actionsOf(credit) : [],
        stream: `creditAccount-${credit.customer}`,
        about: id,
      },
      { eventStore: this.eventStore, describe: this.describe },
    );
  }
}

function actionsOf({ id, status }: ReturnType<typeof creditOfRow>): readonly Action[] {
  if (status !== 'active') return [];
  return [
    {
      ...{ title: 'Take back what is left', path: `/admin/credits/${id}/revoke`, button: 'Take it back' },
      danger: true,
      note: 'What is on hold is taken back if it returns.',
    },
  ];
}
