import { inject, injectable } from 'inversify';
import type { z } from 'zod';
import type { CreditHandler } from '../../../application/credit/credit-agenda.js';
import { creditIdOf } from '../../../application/credit/credit-ids.js';
import type { Clock } from '../../../application/ports/clock.js';
import type { CustomerZones } from '../../../application/ports/customer-zones.js';
import type { EventStore } from '../../../application/ports/event-store.js';
import type { CreditQueries, Projections } from '../../../application/ports/read-models.js';
import type { Loaded } from '../../../application/shared/command-handler.js';
import type { Zone } from '../../../application/shared/zones.js';
import { startOfDate } from '../../../application/shared/zones.js';
import type { Grant } from '../../../domain/credit/grant.js';
import type { CreditState } from '../../../domain/credit/state.js';
import { addDays } from '../../../domain/shared/civil-date.js';
import { find } from '../../../domain/shared/id-index.js';
import type { CreditId, CustomerId } from '../../../domain/shared/ids.js';
import type { Instant } from '../../../domain/shared/instant.js';
import { money } from '../../../domain/shared/money.js';
import { expandCustomerQuery } from '../customer/customers.schemas.js';
import type { HttpSettings } from '../http-tokens.js';
import { httpTokens } from '../http-tokens.js';
import { emptyBody } from '../payment/payments.schemas.js';
import { zoneOfCustomer } from '../shared/customer-zone.js';
import { acceptedBy, ifRevision } from '../shared/handled.js';
import { createdIn, listAnswer, pageOf } from '../shared/lists.js';
import { refused } from '../shared/problem.js';
import type { Answer, Controller, RequestContext } from '../shared/route.js';
import { route } from '../shared/route.js';
import { creditOfGrant, creditOfRow, transactionOfRow, walletOf } from './credit-object.js';
import { problemOfCreditRejection } from './credit-problems.js';
import {
  creditListSchema,
  creditParams,
  creditSchema,
  customerParams,
  grantCreditBody,
  listCreditsQuery,
  listTransactionsQuery,
  transactionListSchema,
  walletSchema,
} from './credits.schemas.js';

/** How long a look-up waits for the read models to catch up with a grant that was just made. */
const catchUpMs = 1_000;
const shown = { description: 'The credit.', schema: creditSchema };

/** What customers were granted, and what is left of it. */
@injectable()
export class CreditsController implements Controller {
  constructor(
    @inject(httpTokens.settings) private readonly settings: HttpSettings,
    @inject(httpTokens.clock) private readonly clock: Clock,
    @inject(httpTokens.creditHandler) private readonly accounts: CreditHandler,
    @inject(httpTokens.customerZones) private readonly zones: CustomerZones,
    @inject(httpTokens.creditQueries) private readonly queries: CreditQueries,
    @inject(httpTokens.projections) private readonly projections: Projections,
    @inject(httpTokens.eventStore) private readonly eventStore: EventStore,
  ) {}

  readonly routes = [
    route({
      method: 'post',
      path: '/v1/credits',
      tag: 'Credits',
      summary: 'Grant credit to a customer',
      scope: 'credits:write',
      idempotency: 'required',
      body: grantCreditBody,
      answers: { 201: shown },
      handle: ({ body, context }) => this.grant(body, context),
    }),
    route({
      method: 'get',
      path: '/v1/credits',
      tag: 'Credits',
      summary: 'List credit, newest first',
      scope: 'credits:read',
      query: listCreditsQuery,
      answers: { 200: { description: 'A page of credit.', schema: creditListSchema } },
      handle: ({ query }) => this.list(query),
    }),
    route({
      method: 'get',
      path: '/v1/credits/:id',
      tag: 'Credits',
      summary: 'Credit of one grant, as it is now',
      scope: 'credits:read',
      params: creditParams,
      query: expandCustomerQuery,
      answers: { 200: shown },
      handle: async ({ params }) =>
        this.answer(200, params.id, await this.accounts.load(await this.customerOf(params.id))),
    }),
    route({
      method: 'post',
      path: '/v1/credits/:id/revoke',
      tag: 'Credits',
      summary: 'Take back what is left; what is on hold is taken back if it returns',
      scope: 'credits:write',
      idempotency: 'required',
      params: creditParams,
      body: emptyBody,
      answers: { 200: shown },
      handle: ({ params, context }) => this.revoke(params.id, context),
    }),
    route({
      method: 'get',
      path: '/v1/customers/:id/wallet',
      tag: 'Credits',
      summary: "A customer's credit in each currency, as it is now",
      scope: 'credits:read',
      params: customerParams,
      answers: { 200: { description: 'The wallet.', schema: walletSchema } },
      handle: ({ params }) => this.wallet(params.id),
    }),
    route({
      method: 'get',
      path: '/v1/customers/:id/wallet/transactions',
      tag: 'Credits',
      summary: "What happened to a customer's credit, grant by grant, newest first",
      scope: 'credits:read',
      params: customerParams,
      query: listTransactionsQuery,
      answers: { 200: { description: 'A page of transactions.', schema: transactionListSchema } },
      handle: ({ params, query }) => this.transactions(params.id, query),
    }),
  ];

  private async grant(body: z.output<typeof grantCreditBody>, context: RequestContext): Promise<Answer> {
    const creditId = creditIdOf(context.commandId);
    const zone = await zoneOfCustomer(this.zones, body.customer, 'customer');
    const { actor } = context.metadata;
    const account = acceptedBy(
      await this.accounts.handle(
        body.customer,
        {
          type: 'GrantCredit',
          at: this.clock.now(),
          details: {
            creditId,
            customerId: body.customer,
            amount: money(body.amount, body.currency),
            grantType: body.type,
            source: body.source ?? null,
            description: body.description ?? null,
            priority: body.priority,
            expiresAt: expiryOf(body, zone),
            lateReturn:
              body.late_return_days === undefined
                ? { policy: 'breakage' }
                : { policy: 'extension', days: body.late_return_days },
            grantedBy: `${actor.kind}:${actor.id}`,
            metadata: body.metadata,
          },
        },
        context.metadata,
        ifRevision(context),
      ),
      problemOfCreditRejection,
    );
    return this.answer(201, creditId, account);
  }

  private async revoke(creditId: CreditId, context: RequestContext): Promise<Answer> {
    const account = acceptedBy(
      await this.accounts.handle(
        await this.customerOf(creditId),
        { type: 'RevokeCredit', at: this.clock.now(), creditId, paymentReturned: false },
        context.metadata,
        ifRevision(context),
      ),
      problemOfCreditRejection,
    );
    return this.answer(200, creditId, account);
  }

  private async wallet(customerId: CustomerId): Promise<Answer> {
    await zoneOfCustomer(this.zones, customerId);
    const { state, revision } = await this.accounts.load(customerId);
    const body = walletOf(customerId, state, this.clock.now(), this.settings.livemode);
    return { status: 200, body, ...(revision === null ? {} : { etag: `"${revision}"` }) };
  }

  private async list(query: z.output<typeof listCreditsQuery>): Promise<Answer> {
    const { customer = null, status = null, type = null, currency = null } = query;
    const page = await this.queries.list({
      ...pageOf(query),
      ...createdIn(query),
      ...{ customer, status, type, currency },
      expiresLte: query['expires_at[lte]'] ?? null,
    });
    const { livemode } = this.settings;
    return listAnswer('/v1/credits', page, (row) => creditOfRow(row, livemode), {
      lagMs: this.projections.lagMs(),
    });
  }

  private async transactions(
    customerId: CustomerId,
    query: z.output<typeof listTransactionsQuery>,
  ): Promise<Answer> {
    await zoneOfCustomer(this.zones, customerId);
    const page = await this.queries.transactions(customerId, pageOf(query));
    const { livemode } = this.settings;
    const url = `/v1/customers/${customerId}/wallet/transactions`;
    return listAnswer(url, page, (row) => transactionOfRow(row, livemode), {
      lagMs: this.projections.lagMs(),
    });
  }

  /** The read model may not know a grant that was just made, so it is asked again once it has caught up. */
  private async customerOf(creditId: CreditId): Promise<string> {
    const known =
      (await this.queries.findCustomer(creditId)) ??
      ((await this.projections.reached(await this.eventStore.head(), catchUpMs))
        ? await this.queries.findCustomer(creditId)
        : undefined);
    if (known === undefined) throw noSuchCredit();
    return known;
  }

  private answer(status: number, creditId: CreditId, { state, revision }: Loaded<CreditState>): Answer {
    const grant = state.status === 'open' ? find<Grant>(state.grants, creditId) : undefined;
    if (grant === undefined || revision === null) throw noSuchCredit();
    return { status, body: creditOfGrant(grant, this.settings.livemode), etag: `"${revision}"` };
  }
}

function noSuchCredit() {
  return refused('resource_missing', { detail: 'There is no such credit.' });
}

/** A last day ends at midnight where the customer is: that is the first instant after 23:59:59.999. */
function expiryOf(body: z.output<typeof grantCreditBody>, zone: Zone): Instant | null {
  if (body.expires_on !== undefined) return startOfDate(zone, addDays(body.expires_on, 1));
  return body.expires_at ?? null;
}
