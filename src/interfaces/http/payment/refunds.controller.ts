import { inject, injectable } from 'inversify';
import type { z } from 'zod';
import { refundIdOf } from '../../../application/payment/payment-ids.js';
import type { PaymentOperations } from '../../../application/payment/payment-operations.js';
import type { RefundRule } from '../../../application/payment/refund-rule.js';
import type { Clock } from '../../../application/ports/clock.js';
import type { EventStore } from '../../../application/ports/event-store.js';
import type { PaymentGateway } from '../../../application/ports/payment-gateway.js';
import type { Projections, RefundQueries } from '../../../application/ports/read-models.js';
import type { PaymentCommand } from '../../../domain/payment/commands.js';
import type { Refund } from '../../../domain/payment/state.js';
import type { RefundId } from '../../../domain/shared/ids.js';
import { money } from '../../../domain/shared/money.js';
import type { Person } from '../../../domain/shared/person.js';
import type { HttpSettings } from '../http-tokens.js';
import { httpTokens } from '../http-tokens.js';
import { ifRevision } from '../shared/handled.js';
import { createdIn, listAnswer, pageOf } from '../shared/lists.js';
import { Refused, refused } from '../shared/problem.js';
import type { Answer, Controller, RequestContext, Route } from '../shared/route.js';
import { personOf, route, withReason } from '../shared/route.js';
import type { ExistingLoaded } from './payment-answers.js';
import { accepted, checkAmount, existing } from './payment-answers.js';
import { isOpen, refundOfRow, refundOfState } from './payment-object.js';
import { problemOfPaymentRejection } from './payment-problems.js';
import {
  createRefundBody,
  decideRefundBody,
  listRefundsQuery,
  refundListSchema,
  refundParams,
  refundQuery,
  refundSchema,
} from './refunds.schemas.js';

/** How long a look-up waits for the read models to catch up with a refund that was just made. */
const catchUpMs = 1_000;

/** Refunds, which live in their payment's stream. */
@injectable()
export class RefundsController implements Controller {
  constructor(
    @inject(httpTokens.settings) private readonly settings: HttpSettings,
    @inject(httpTokens.clock) private readonly clock: Clock,
    @inject(httpTokens.paymentOperations) private readonly payments: PaymentOperations,
    @inject(httpTokens.refundRule) private readonly rule: RefundRule,
    @inject(httpTokens.paymentGateway) private readonly gateway: PaymentGateway,
    @inject(httpTokens.refundQueries) private readonly queries: RefundQueries,
    @inject(httpTokens.projections) private readonly projections: Projections,
    @inject(httpTokens.eventStore) private readonly eventStore: EventStore,
  ) {}

  readonly routes = [
    route({
      method: 'post',
      path: '/v1/refunds',
      tag: 'Refunds',
      summary: 'Give a captured payment back, all of it or a part',
      scope: 'refunds:write',
      idempotency: 'required',
      body: createRefundBody,
      answers: {
        201: { description: 'The refund.', schema: refundSchema },
        202: {
          description:
            'The provider has not answered yet, or another person has to approve it; ask for the refund.',
          schema: refundSchema,
        },
      },
      handle: ({ body, context }) => this.create(body, context),
    }),
    route({
      method: 'get',
      path: '/v1/refunds',
      tag: 'Refunds',
      summary: 'List refunds, newest first',
      scope: 'refunds:read',
      query: listRefundsQuery,
      answers: { 200: { description: 'A page of refunds.', schema: refundListSchema } },
      handle: ({ query }) => this.list(query),
    }),
    route({
      method: 'get',
      path: '/v1/refunds/:id',
      tag: 'Refunds',
      summary: 'A refund, as it is now',
      scope: 'refunds:read',
      params: refundParams,
      query: refundQuery,
      answers: { 200: { description: 'The refund.', schema: refundSchema } },
      handle: ({ params }) => this.find(params.id),
    }),
    this.decision('approve', 'Approve a refund that another person asked for', (refundId, by) => ({
      type: 'ApproveRefund',
      at: this.clock.now(),
      refundId,
      by,
    })),
    this.decision('reject', 'Reject a refund that waits for approval', (refundId, by) => ({
      type: 'RejectRefund',
      at: this.clock.now(),
      refundId,
      by,
    })),
    this.decision(
      'cancel',
      'Cancel a refund that waits for approval, or that the provider can still stop',
      (refundId, by) => ({ type: 'CancelRefund', at: this.clock.now(), refundId, by }),
      (payment, refundId) => this.canceled(payment, refundId),
    ),
  ];

  private decision(
    name: string,
    summary: string,
    command: (refundId: RefundId, by: Person) => PaymentCommand,
    told = (payment: ExistingLoaded, refundId: RefundId) => this.made(payment, refundId, 200),
  ): Route {
    return route({
      method: 'post',
      path: `/v1/refunds/:id/${name}`,
      tag: 'Refunds',
      summary,
      scope: 'refunds:write',
      idempotency: 'required',
      params: refundParams,
      body: decideRefundBody,
      answers: {
        200: { description: 'The refund.', schema: refundSchema },
        202: { description: 'The provider has not answered yet; ask for the refund.', schema: refundSchema },
      },
      handle: async ({ params: { id }, body, context }) => {
        const paymentId = await this.paymentOf(id);
        const { metadata } = withReason(context, body.reason);
        const handled = await this.payments.run(
          paymentId,
          command(id, personOf(context)),
          metadata,
          ifRevision(context),
        );
        return told(accepted(handled), id);
      },
    });
  }

  private async create(body: z.output<typeof createRefundBody>, context: RequestContext): Promise<Answer> {
    const refundId = refundIdOf(context.commandId);
    const { state } = existing(await this.payments.load(body.payment), 'payment');
    const amount = body.amount === undefined ? null : money(body.amount, state.details.amount.currency);
    if (amount !== null) checkAmount(this.gateway, amount, 'refund');
    const { reason: refundReason = null } = body;
    const secondPerson = this.rule({
      by: personOf(context),
      currency: state.details.amount.currency,
      saysWhy: refundReason !== null || context.metadata.reason !== null,
    });
    const handled = await this.payments.run(
      body.payment,
      { type: 'RequestRefund', at: this.clock.now(), refundId, amount, refundReason, secondPerson },
      context.metadata,
      ifRevision(context),
    );
    return this.made(accepted(handled), refundId, 201);
  }

  /** @throws Refused where the provider would not make the refund */
  private async made(payment: ExistingLoaded, refundId: RefundId, status: 200 | 201): Promise<Answer> {
    const refund = refundIn(payment, refundId);
    if (refund.status === 'refused') {
      throw refused('provider_refused', {
        detail: `The provider did not make the refund: ${refund.failureReason}.`,
        members: { id: refundId, refund: refundOfState(payment.state, refund, this.settings.livemode) },
      });
    }
    return this.answer(isOpen(refund) ? 202 : status, payment, refund);
  }

  /** @throws Refused where the provider did not stop the refund, or it was over before */
  private async canceled(payment: ExistingLoaded, refundId: RefundId): Promise<Answer> {
    const refund = refundIn(payment, refundId);
    if (isOpen(refund)) return this.answer(202, payment, refund);
    switch (refund.status) {
      case 'canceled':
      case 'rejected':
        return this.answer(200, payment, refund);
      case 'pending':
        throw refused('provider_refused', {
          detail: "The provider did not cancel the refund; the payment's timeline tells why.",
          members: { id: refundId, refund: refundOfState(payment.state, refund, this.settings.livemode) },
        });
      default:
        throw new Refused(
          problemOfPaymentRejection({ code: 'refund_not_cancelable', status: refund.status }),
        );
    }
  }

  private async find(id: RefundId): Promise<Answer> {
    const paymentId = await this.paymentOf(id);
    const payment = existing(await this.payments.load(paymentId));
    return this.answer(200, payment, refundIn(payment, id));
  }

  /** The read model may not know a refund that was just made, so it is asked again once it has caught up. */
  private async paymentOf(id: RefundId): Promise<string> {
    const known = await this.queries.findPayment(id);
    if (known !== undefined) return known;
    const head = await this.eventStore.head();
    const caughtUp = await this.projections.reached(head, catchUpMs);
    const found = caughtUp ? await this.queries.findPayment(id) : undefined;
    if (found === undefined) throw refused('resource_missing', { detail: 'There is no such refund.' });
    return found;
  }

  private answer(status: number, payment: ExistingLoaded, refund: Refund): Answer {
    const body = refundOfState(payment.state, refund, this.settings.livemode);
    return { status, body, etag: `"${payment.revision}"` };
  }

  private async list(query: z.output<typeof listRefundsQuery>): Promise<Answer> {
    const { payment = null, status = null } = query;
    const { livemode } = this.settings;
    const page = await this.queries.list({ ...pageOf(query), ...createdIn(query), payment, status });
    return listAnswer('/v1/refunds', page, (row) => refundOfRow(row, livemode), {
      lagMs: this.projections.lagMs(),
    });
  }
}

function refundIn({ state }: ExistingLoaded, id: RefundId): Refund {
  const refund =
    state.status === 'captured' ? state.refunds.find(({ refundId }) => refundId === id) : undefined;
  if (refund === undefined) throw refused('resource_missing', { detail: 'There is no such refund.' });
  return refund;
}
