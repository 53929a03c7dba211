import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { LedgerQueries } from '../../../../application/ports/read-models.js';
import { accounts } from '../../../../domain/ledger/journal.js';
import { parseCustomerId } from '../../../../domain/shared/ids.js';
import { httpTokens } from '../../http-tokens.js';
import type { agingSchema } from '../../invoice/invoices.schemas.js';
import { idField } from '../../shared/fields.js';
import type { AskApi } from '../shared/ask-api.js';
import type { Page, PageController } from '../shared/page.js';
import { amount, count, idCell, link, text, time, words } from './cells.js';
import type { ConsoleArea } from './console-area.js';
import { typedDate } from './form-fields.js';
import { listPages } from './list-page.js';

const names = Object.keys(accounts) as readonly (keyof typeof accounts)[];

/** The books line by line, and what is owed by how late it is. */
@injectable()
export class LedgerPages implements PageController {
  readonly pages: readonly Page[];

  constructor(
    @inject(httpTokens.consoleArea) area: ConsoleArea,
    @inject(httpTokens.ledgerQueries) private readonly ledger: LedgerQueries,
    @inject(httpTokens.askApi) private readonly ask: AskApi,
  ) {
    this.pages = [...this.entries(area), ...this.aging(area)];
  }

  private entries(area: ConsoleArea): readonly Page[] {
    return listPages(area, {
      path: '/admin/ledger',
      title: 'Ledger entries',
      scope: 'ledger:read',
      cursor: z.string().regex(/^[0-9a-f-]{36}\/\d{1,4}$/),
      // The entries are those of one account: what customers owe is where most questions begin.
      fields: { account: z.enum(names).default('accounts_receivable') },
      filters: [{ name: 'account', label: 'Account', options: names }],
      columns: [
        { title: 'When' },
        { title: 'Account' },
        { title: 'What' },
        { title: 'Debit, credit below zero', amounts: true },
        { title: 'Of' },
        { title: 'Event' },
        { title: 'Position', amounts: true },
      ],
      load: ({ account }, request) => this.ledger.entries(account, request),
      cells: (row) => [
        time(row.recorded_at),
        words(row.account),
        text(row.description),
        amount(row.amount, row.currency),
        text(row.stream),
        idCell(`evt_${row.event_id}`),
        count(row.position),
      ],
    });
  }

  private aging(area: ConsoleArea): readonly Page[] {
    type Aged = z.output<typeof agingSchema>['data'][number];
    const columns = [
      'Not yet overdue',
      '1 to 30 days',
      '31 to 60',
      '61 to 90',
      'Over 90',
      'Overdue',
      'All of it',
    ];
    return listPages(area, {
      path: '/admin/aging',
      title: 'What is owed, by how late it is',
      scope: 'invoices:read',
      cursor: z.string().length(3),
      fields: { as_of: typedDate.optional(), customer: idField(parseCustomerId, 'cus').optional() },
      filters: [
        { name: 'as_of', label: 'At the end of', type: 'date' },
        { name: 'customer', label: 'Customer' },
      ],
      columns: [{ title: 'Currency' }, ...columns.map((title) => ({ title, amounts: true as const }))],
      load: async ({ as_of: asOf, customer }, _request, by) => {
        const query = {
          ...(asOf === undefined ? {} : { as_of: asOf }),
          ...(customer === undefined ? {} : { customer }),
        };
        const { body } = await this.ask('GET /v1/analytics/aging', { query }, by);
        const { data } = body as { readonly data: readonly Aged[] };
        return { rows: data.map((row) => ({ ...row, id: row.currency })), hasMore: false };
      },
      cells: ({ currency, ...row }) => [
        link(currency, '/admin/invoices?status=open'),
        ...[row.current, row.days_1_30, row.days_31_60, row.days_61_90, row.days_over_90].map((minor) =>
          amount(BigInt(minor), currency),
        ),
        ...[row.overdue, row.total].map((minor) => amount(BigInt(minor), currency)),
      ],
    });
  }
}
