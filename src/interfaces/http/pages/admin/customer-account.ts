import type { Scope } from '../../../../application/ports/api-keys.js';
import type { Clock } from '../../../../application/ports/clock.js';
import type { Notifications } from '../../../../application/ports/notifications.js';
import type { CreditQueries } from '../../../../application/ports/read-models.js';
import { anyTime, firstPage } from '../../../../application/ports/read-models.js';
import type { StatementQueries } from '../../../../application/ports/statement-queries.js';
import type { walletOf } from '../../credit/credit-object.js';
import type { AskApi, Asker } from '../shared/ask-api.js';
import type { Table } from './cells.js';
import { amount, idCell, link, status, subjectCell, time, words } from './cells.js';
import type { Action, RecordPage } from './record-page.js';

const first = firstPage(10);

export type CustomerAccount = ReturnType<typeof customerAccount>;

/** What stands between a customer and us, and what they were told, as far as the reader may see it. */
export function customerAccount(parts: {
  readonly credits: CreditQueries;
  readonly notifications: Notifications;
  readonly statements: StatementQueries;
  readonly clock: Clock;
  readonly ask: AskApi;
}) {
  const { credits, notifications, statements, clock, ask } = parts;

  async function owed(customer: string): Promise<RecordPage['figures']> {
    const { balances } = await statements.statementOf(customer, { asOf: clock.now(), after: 0n, limit: 1 });
    return balances.map((each) => ({
      title: `Balance, ${each.currency}`,
      cell: amount(each.balance, each.currency),
    }));
  }

  async function spendable(id: string, by: Asker): Promise<RecordPage['figures']> {
    const { body } = await ask('GET /v1/customers/:id/wallet', { params: { id } }, by);
    return (body as ReturnType<typeof walletOf>).balances.map((each) => ({
      title: `Credit to spend, ${each.currency}`,
      cell: amount(each.available, each.currency),
    }));
  }

  async function movements(customer: string): Promise<Table> {
    const { rows } = await credits.transactions(customer, first);
    return {
      caption: 'What happened to their credit',
      columns: [
        { title: 'What' },
        { title: 'Amount', amounts: true },
        { title: 'Credit' },
        { title: 'When' },
      ],
      rows: rows.map((row) => [
        words(row.type),
        amount(row.amount, row.currency),
        idCell(row.credit_id),
        time(row.created_at),
      ]),
    };
  }

  async function notices(customer: string): Promise<Table> {
    const { rows } = await notifications.list({
      ...{ ...first, ...anyTime, customer },
      ...{ kind: null, status: null, subject: null },
    });
    return {
      caption: 'Mails to them',
      columns: [{ title: 'Kind' }, { title: 'State' }, { title: 'About' }, { title: 'Created' }],
      rows: rows.map((row) => [
        link(row.kind.replaceAll('_', ' '), `/admin/notifications/${row.id}`),
        status(row.status),
        subjectCell(row.subject),
        time(row.created_at),
      ]),
      more: `/admin/notifications?customer=${customer}`,
    };
  }

  return {
    async figures(customer: string, by: Asker): Promise<RecordPage['figures']> {
      const { scopes } = by.caller;
      const found = await Promise.all([
        scopes.includes('ledger:read') ? owed(customer) : [],
        scopes.includes('credits:read') ? spendable(customer, by) : [],
      ]);
      return found.flat();
    },
    async tables(customer: string, scopes: readonly Scope[]): Promise<readonly Table[]> {
      const found = await Promise.all([
        scopes.includes('credits:read') ? movements(customer) : null,
        scopes.includes('notifications:read') ? notices(customer) : null,
      ]);
      return found.filter((table) => table !== null);
    },
  };
}

export function linksOf(id: string, scopes: readonly Scope[]): NonNullable<RecordPage['links']> {
  return [
    ...(scopes.includes('customers:write') ? [{ label: 'Edit', href: `/admin/customers/${id}/edit` }] : []),
    ...(scopes.includes('ledger:read')
      ? [{ label: 'Statement', href: `/admin/customers/${id}/statement` }]
      : []),
    ...(scopes.includes('credits:write')
      ? [{ label: 'Grant credit', href: `/admin/credits/grant?customer=${id}` }]
      : []),
    ...(scopes.includes('invoices:write')
      ? [{ label: 'New invoice', href: `/admin/invoices/new?customer=${id}` }]
      : []),
  ];
}

export function portalLink(id: string): Action {
  return {
    ...{ title: 'Link to the portal', path: `/admin/customers/${id}/portal-link`, button: 'Make a link' },
    note: 'Whoever has it is signed in as the customer. That you made it is in the access log.',
  };
}
