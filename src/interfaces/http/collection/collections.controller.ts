import { inject, injectable } from 'inversify';
import type { z } from 'zod';
import type { CollectionHandler } from '../../../application/collection/collection-runner.js';
import type { AskedTender, StartCollection } from '../../../application/collection/start-collection.js';
import type { InvoiceOperations } from '../../../application/invoice/invoice-operations.js';
import type { PaymentOperations } from '../../../application/payment/payment-operations.js';
import type { CollectionQueries } from '../../../application/ports/collection-queries.js';
import type { Projections } from '../../../application/ports/read-models.js';
import type { Loaded } from '../../../application/shared/command-handler.js';
import type { CollectionState, ExistingCollection } from '../../../domain/collection/state.js';
import type { PaymentState } from '../../../domain/payment/state.js';
import type { InvoiceId } from '../../../domain/shared/ids.js';
import { expandCustomerQuery } from '../customer/customers.schemas.js';
import type { HttpSettings } from '../http-tokens.js';
import { httpTokens } from '../http-tokens.js';
import type { Attempts } from '../payment/card-testing.js';
import { createdIn, listAnswer, pageOf } from '../shared/lists.js';
import { Refused, refused } from '../shared/problem.js';
import type { Answer, Controller, RequestContext } from '../shared/route.js';
import { route } from '../shared/route.js';
import { cardPaymentsOf } from './card-payments.js';
import { collectionOfRow, collectionOfState } from './collection-object.js';
import { problemOfFailure, problemOfRefusal } from './collection-problems.js';
import {
  collectionListSchema,
  collectionParams,
  collectionSchema,
  listCollectionsQuery,
  payInvoiceBody,
  payInvoiceParams,
} from './collections.schemas.js';

/** Paying invoices, with one tender or several, and what came of each attempt. */
@injectable()
export class CollectionsController implements Controller {
  constructor(
    @inject(httpTokens.settings) private readonly settings: HttpSettings,
    @inject(httpTokens.startCollection) private readonly start: StartCollection,
    @inject(httpTokens.invoiceOperations) private readonly invoices: Pick<InvoiceOperations, 'load'>,
    @inject(httpTokens.paymentOperations) private readonly payments: Pick<PaymentOperations, 'load'>,
    @inject(httpTokens.attempts) private readonly attempts: Attempts,
    @inject(httpTokens.collectionHandler) private readonly collections: CollectionHandler,
    @inject(httpTokens.collectionQueries) private readonly queries: CollectionQueries,
    @inject(httpTokens.projections) private readonly projections: Projections,
  ) {}

  readonly routes = [
    route({
      method: 'post',
      path: '/v1/invoices/:id/pay',
      tag: 'Invoices',
      summary: 'Collect what is due on an invoice, or a part of it, by one or more tenders',
      scope: 'invoices:write',
      idempotency: 'required',
      params: payInvoiceParams,
      body: payInvoiceBody,
      answers: {
        201: { description: 'The collection, which has succeeded.', schema: collectionSchema },
        202: {
          description: 'The collection, which goes on: the customer, the provider or a person must act.',
          schema: collectionSchema,
        },
      },
      handle: ({ params, body, context }) => this.pay(params.id, body, context),
    }),
    route({
      method: 'get',
      path: '/v1/collections',
      tag: 'Invoices',
      summary: 'List attempts to collect, newest first',
      scope: 'invoices:read',
      query: listCollectionsQuery,
      answers: { 200: { description: 'A page of collections.', schema: collectionListSchema } },
      handle: ({ query }) => this.list(query),
    }),
    route({
      method: 'get',
      path: '/v1/collections/:id',
      tag: 'Invoices',
      summary: 'An attempt to collect, as it is now',
      scope: 'invoices:read',
      params: collectionParams,
      query: expandCustomerQuery,
      answers: { 200: { description: 'The collection.', schema: collectionSchema } },
      handle: async ({ params }) => this.answer(200, existing(await this.collections.load(params.id))),
    }),
  ];

  private async pay(
    invoiceId: InvoiceId,
    body: z.output<typeof payInvoiceBody>,
    context: RequestContext,
  ): Promise<Answer> {
    const { amount = null, mode } = body;
    const tenders = body.tenders.map(askedTender);
    const start = async () => {
      const started = await this.start(
        { invoiceId, planPart: null, amount, mode, tenders },
        context.metadata,
      );
      const collection = started.outcome === 'started' ? started.loaded.state : { status: 'absent' as const };
      return { started, payments: await cardPaymentsOf(this.payments, collection) };
    };
    const byCard = tenders.some(({ kind }) => kind === 'card');
    const { started } = await (byCard ? this.attemptOn(invoiceId, context, start) : start());
    if (started.outcome !== 'started') throw new Refused(problemOfRefusal(started));
    const loaded = existing(started.loaded);
    const { state } = loaded;
    if (state.status === 'failed' || state.status === 'undoing') {
      throw new Refused(problemOfFailure(state, this.show(loaded)));
    }
    return this.answer(state.status === 'succeeded' ? 201 : 202, loaded);
  }

  /** Cards are tried for the invoice's customer as they are for a payment's. */
  private async attemptOn<T extends { readonly payments: readonly Loaded<PaymentState>[] }>(
    invoiceId: InvoiceId,
    context: RequestContext,
    attempt: () => Promise<T>,
  ): Promise<T> {
    const { state } = await this.invoices.load(invoiceId);
    const customer = state.status === 'absent' ? null : state.details.customerId;
    return this.attempts(customer, context, attempt, ({ payments }) => payments.map((one) => one.state));
  }

  private async list(query: z.output<typeof listCollectionsQuery>): Promise<Answer> {
    const page = await this.queries.list({
      ...pageOf(query),
      ...createdIn(query),
      invoice: query.invoice ?? null,
      customer: query.customer ?? null,
      status: query.status ?? null,
    });
    return listAnswer('/v1/collections', page, (row) => collectionOfRow(row, this.settings.livemode), {
      lagMs: this.projections.lagMs(),
    });
  }

  private answer(status: number, loaded: ExistingLoaded): Answer {
    return { status, body: this.show(loaded), etag: `"${loaded.revision}"` };
  }

  private show({ state, revision }: ExistingLoaded) {
    return collectionOfState(state, revision, this.settings.livemode);
  }
}

function askedTender(tender: z.output<typeof payInvoiceBody>['tenders'][number]): AskedTender {
  const { amount = null } = tender;
  switch (tender.type) {
    case 'credit':
      return { kind: 'credit', amount };
    case 'card':
      return { kind: 'card', amount, paymentMethod: tender.payment_method, offSession: tender.off_session };
    case 'manual':
      return { kind: 'manual', amount, manualPaymentId: tender.manual_payment };
  }
}

type ExistingLoaded = { readonly state: ExistingCollection; readonly revision: bigint };

/** @throws Refused for a collection that there is none of */
function existing({ state, revision }: Loaded<CollectionState>): ExistingLoaded {
  if (state.status !== 'absent' && revision !== null) return { state, revision };
  throw refused('resource_missing', { detail: 'There is no such collection.' });
}
