import { inject, injectable } from 'inversify';
import type {
  LedgerEntryRow,
  LedgerQueries,
  PageRequest,
  Projections,
} from '../../../application/ports/read-models.js';
import { accounts } from '../../../domain/ledger/journal.js';
import type { HttpSettings } from '../http-tokens.js';
import { httpTokens } from '../http-tokens.js';
import { lagHeader, listAnswer, pageOf } from '../shared/lists.js';
import { refused } from '../shared/problem.js';
import type { Answer, Controller } from '../shared/route.js';
import { route } from '../shared/route.js';
import {
  accountListSchema,
  accountParams,
  entriesQuery,
  entryListSchema,
  trialBalanceQuery,
  trialBalanceSchema,
} from './ledger.schemas.js';

/** The double-entry books. */
@injectable()
export class LedgerController implements Controller {
  constructor(
    @inject(httpTokens.settings) private readonly settings: HttpSettings,
    @inject(httpTokens.ledgerQueries) private readonly ledger: LedgerQueries,
    @inject(httpTokens.projections) private readonly projections: Projections,
  ) {}

  readonly routes = [
    route({
      method: 'get',
      path: '/v1/ledger/accounts',
      tag: 'Ledger',
      summary: 'The chart of accounts with balances',
      scope: 'ledger:read',
      answers: { 200: { description: 'Every account.', schema: accountListSchema } },
      handle: () => this.accounts(),
    }),
    route({
      method: 'get',
      path: '/v1/ledger/accounts/:id/entries',
      tag: 'Ledger',
      summary: 'The entries of an account, newest first',
      scope: 'ledger:read',
      params: accountParams,
      query: entriesQuery,
      answers: { 200: { description: 'A page of entries.', schema: entryListSchema } },
      handle: ({ params, query }) => this.entries(params.id, pageOf(query)),
    }),
    route({
      method: 'get',
      path: '/v1/ledger/trial_balance',
      tag: 'Ledger',
      summary: 'Every balance up to a position; the balances of each currency sum to zero',
      scope: 'ledger:read',
      query: trialBalanceQuery,
      answers: { 200: { description: 'The trial balance.', schema: trialBalanceSchema } },
      handle: async ({ query }) => {
        const { position, asOf, rows } = await this.ledger.trialBalance(query.at ?? null);
        const { livemode } = this.settings;
        return {
          status: 200,
          body: { object: 'trial_balance', as_of: asOf, position, data: rows, livemode },
          headers: lagHeader(this.projections.lagMs()),
        };
      },
    }),
  ];

  private async accounts(): Promise<Answer> {
    const { position, asOf, rows } = await this.ledger.trialBalance(null);
    const { livemode } = this.settings;
    const all = Object.entries(accounts).map(([id, type]) => ({
      id,
      object: 'ledger_account',
      type,
      balances: rows
        .filter(({ account }) => account === id)
        .map(({ account: _account, ...balance }) => balance),
      metadata: {},
      livemode,
    }));
    const options = { lagMs: this.projections.lagMs(), members: { as_of: asOf, position } };
    return listAnswer('/v1/ledger/accounts', { rows: all, hasMore: false }, (row) => row, options);
  }

  private async entries(account: string, page: PageRequest): Promise<Answer> {
    if (!Object.hasOwn(accounts, account)) {
      throw refused('resource_missing', { detail: 'There is no such account.' });
    }
    const { livemode } = this.settings;
    const show = (row: LedgerEntryRow) => ({
      id: row.id,
      object: 'ledger_entry',
      account: row.account,
      amount: row.amount,
      currency: row.currency,
      description: row.description,
      event: `evt_${row.event_id}`,
      stream: row.stream,
      position: row.position,
      metadata: {},
      livemode,
      created_at: row.recorded_at,
    });
    const url = `/v1/ledger/accounts/${account}/entries`;
    return listAnswer(url, await this.ledger.entries(account, page), show, {
      lagMs: this.projections.lagMs(),
    });
  }
}
