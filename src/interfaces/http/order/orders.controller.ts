import { inject, injectable } from 'inversify';
import type { z } from 'zod';
import type { OrderHandler } from '../../../application/order/order-handler.js';
import { orderIdOf } from '../../../application/order/order-ids.js';
import type { OrderOperations } from '../../../application/order/order-operations.js';
import type { Clock } from '../../../application/ports/clock.js';
import type { CustomerZones } from '../../../application/ports/customer-zones.js';
import type { OrderQueries } from '../../../application/ports/order-queries.js';
import type { PaymentGateway } from '../../../application/ports/payment-gateway.js';
import type { Projections } from '../../../application/ports/read-models.js';
import type { Loaded } from '../../../application/shared/command-handler.js';
import { civilDateIn, knownZone } from '../../../application/shared/zones.js';
import type { OrderCommand } from '../../../domain/order/messages.js';
import type { ExistingOrder, OrderState } from '../../../domain/order/state.js';
import type { OrderId } from '../../../domain/shared/ids.js';
import { money } from '../../../domain/shared/money.js';
import { expandCustomerQuery } from '../customer/customers.schemas.js';
import type { HttpSettings } from '../http-tokens.js';
import { httpTokens } from '../http-tokens.js';
import { termsOf } from '../plan/terms.schemas.js';
import { zoneOfCustomer } from '../shared/customer-zone.js';
import { acceptedBy, ifRevision } from '../shared/handled.js';
import { createdIn, listAnswer, pageOf } from '../shared/lists.js';
import { Refused, refused } from '../shared/problem.js';
import type { Answer, Controller, RequestContext } from '../shared/route.js';
import { route, withReason } from '../shared/route.js';
import { orderObject, orderRowOf } from './order-object.js';
import { problemOfOrderRejection } from './order-problems.js';
import {
  createOrderBody,
  listOrdersQuery,
  orderListSchema,
  orderParams,
  orderSchema,
  transitionBody,
} from './orders.schemas.js';

const shown = { description: 'The order.', schema: orderSchema };

/** Orders: from their configuration over their payment to their completion. */
@injectable()
export class OrdersController implements Controller {
  constructor(
    @inject(httpTokens.settings) private readonly settings: HttpSettings,
    @inject(httpTokens.clock) private readonly clock: Clock,
    @inject(httpTokens.orderHandler) private readonly orders: OrderHandler,
    @inject(httpTokens.orderOperations) private readonly operations: OrderOperations,
    @inject(httpTokens.paymentGateway) private readonly gateway: PaymentGateway,
    @inject(httpTokens.customerZones) private readonly zones: CustomerZones,
    @inject(httpTokens.orderQueries) private readonly queries: OrderQueries,
    @inject(httpTokens.projections) private readonly projections: Projections,
  ) {}

  readonly routes = [
    route({
      method: 'post',
      path: '/v1/orders',
      tag: 'Orders',
      summary: 'Open an order',
      scope: 'orders:write',
      body: createOrderBody,
      answers: { 201: shown },
      handle: ({ body, context }) => this.create(body, context),
    }),
    route({
      method: 'get',
      path: '/v1/orders',
      tag: 'Orders',
      summary: 'List orders, newest first',
      scope: 'orders:read',
      query: listOrdersQuery,
      answers: { 200: { description: 'A page of orders.', schema: orderListSchema } },
      handle: ({ query }) => this.list(query),
    }),
    route({
      method: 'get',
      path: '/v1/orders/:id',
      tag: 'Orders',
      summary: 'An order, as it is now',
      scope: 'orders:read',
      params: orderParams,
      query: expandCustomerQuery,
      answers: { 200: shown },
      handle: async ({ params }) => this.answer(200, await this.orders.load(params.id)),
    }),
    route({
      method: 'post',
      path: '/v1/orders/:id/transitions',
      tag: 'Orders',
      summary: 'Take an order to its next status, set its total, or approve it with payment terms',
      scope: 'orders:write',
      params: orderParams,
      body: transitionBody,
      answers: { 200: shown },
      handle: ({ params, body, context }) => this.transition(params.id, body, context),
    }),
  ];

  private async create(body: z.output<typeof createOrderBody>, context: RequestContext): Promise<Answer> {
    const { customer: customerId, currency, description = null, metadata } = body;
    await zoneOfCustomer(this.zones, customerId, 'customer');
    const orderId = orderIdOf(context.commandId);
    const handled = await this.orders.handle(
      orderId,
      {
        type: 'OpenOrder',
        at: this.clock.now(),
        details: { orderId, customerId, currency, description, metadata },
        total: body.total === undefined ? null : money(body.total, currency),
      },
      context.metadata,
    );
    return this.answer(201, acceptedBy(handled, problemOfOrderRejection));
  }

  private async transition(
    id: OrderId,
    body: z.output<typeof transitionBody>,
    context: RequestContext,
  ): Promise<Answer> {
    const loaded = await this.orders.load(id);
    const command = await this.commandOf(existing(loaded).state, body);
    const { metadata } = withReason(context, body.reason);
    if (command === null) return this.answer(200, loaded);
    const handled = await this.operations.run(id, command, metadata, ifRevision(context));
    return this.answer(200, acceptedBy(handled, problemOfOrderRejection));
  }

  /** Null where the order is there already. @throws Refused */
  private async commandOf(
    state: ExistingOrder,
    body: z.output<typeof transitionBody>,
  ): Promise<OrderCommand | null> {
    const at = this.clock.now();
    const { currency } = state.details;
    const total = body.total === undefined ? null : money(body.total, currency);
    if (body.to === state.status && body.terms === undefined) {
      return total === null ? null : { type: 'SetOrderTotal', at, total };
    }
    switch (body.to) {
      case 'configuring':
      case 'paid':
        throw new Refused(
          problemOfOrderRejection({ code: 'order_transition_refused', from: state.status, to: body.to }),
        );
      case 'analyzing':
        return { type: 'StartOrderAnalysis', at, total };
      case 'reviewing':
        return { type: 'StartOrderReview', at, total };
      case 'payment_pending': {
        if (body.terms === undefined) {
          throw refused('invalid_request', { detail: 'An approval carries payment terms.', param: 'terms' });
        }
        const zone = body.time_zone ?? (await zoneOfCustomer(this.zones, state.details.customerId));
        const approvedOn = civilDateIn(knownZone(zone), at);
        const terms = termsOf(body.terms, currency, this.gateway.stepOf(currency));
        return { type: 'ApproveOrder', at, total, terms, approvedOn, zone };
      }
      case 'in_progress':
        return { type: 'StartOrderWork', at, total };
      case 'completed':
        return { type: 'CompleteOrder', at };
      case 'canceled':
        return { type: 'CancelOrder', at };
    }
  }

  private answer(status: number, loaded: Loaded<OrderState>): Answer {
    const { state, revision } = existing(loaded);
    const body = orderObject(orderRowOf(state, revision), this.settings.livemode);
    return { status, body, etag: `"${revision}"` };
  }

  private async list(query: z.output<typeof listOrdersQuery>): Promise<Answer> {
    const { status = null, customer = null } = query;
    const page = await this.queries.list({ ...pageOf(query), ...createdIn(query), status, customer });
    const { livemode } = this.settings;
    return listAnswer('/v1/orders', page, (row) => orderObject(row, livemode), {
      lagMs: this.projections.lagMs(),
    });
  }
}

function existing({ state, revision }: Loaded<OrderState>): {
  readonly state: ExistingOrder;
  readonly revision: bigint;
} {
  if (state.status !== 'absent' && revision !== null) return { state, revision };
  throw refused('resource_missing', { detail: 'There is no such order.' });
}
