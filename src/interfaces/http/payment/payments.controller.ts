import { inject, injectable } from 'inversify';
import type { z } from 'zod';
import type { DescribeEvent } from '../../../application/audit/describe-event.js';
import type { CustomerOperations } from '../../../application/customer/customer-effects.js';
import type { InvoiceOperations } from '../../../application/invoice/invoice-operations.js';
import type { OrderHandler } from '../../../application/order/order-handler.js';
import { paymentIdOf } from '../../../application/payment/payment-ids.js';
import type { PaymentOperations } from '../../../application/payment/payment-operations.js';
import type { RecoverPayment } from '../../../application/payment/recover-payment.js';
import type { Clock } from '../../../application/ports/clock.js';
import type { EventStore } from '../../../application/ports/event-store.js';
import type { PaymentGateway } from '../../../application/ports/payment-gateway.js';
import type { PaymentQueries, Projections } from '../../../application/ports/read-models.js';
import type { PaymentCommand } from '../../../domain/payment/commands.js';
import type { PaymentDetails } from '../../../domain/payment/events.js';
import type { PaymentState } from '../../../domain/payment/state.js';
import type { CustomerId, OrderId, PaymentId } from '../../../domain/shared/ids.js';
import type { Money } from '../../../domain/shared/money.js';
import { money } from '../../../domain/shared/money.js';
import { eventObject, eventSchema } from '../audit/event-object.js';
import { expandCustomerQuery } from '../customer/customers.schemas.js';
import type { HttpSettings } from '../http-tokens.js';
import { httpTokens } from '../http-tokens.js';
import { listOf } from '../shared/fields.js';
import { ifRevision } from '../shared/handled.js';
import { createdIn, listAnswer, pageOf } from '../shared/lists.js';
import type { Answer, Controller, RequestContext } from '../shared/route.js';
import { route } from '../shared/route.js';
import { unlessCarriedOut } from '../shared/unless-carried-out.js';
import type { Attempts } from './card-testing.js';
import { refusePaymentOfOrder } from './paid-order.js';
import { payerOf } from './payer.js';
import type { ExistingLoaded } from './payment-answers.js';
import { accepted, checkAmount, createPaymentAnswers, existing } from './payment-answers.js';
import { paymentOfRow } from './payment-object.js';
import {
  capturePaymentBody,
  confirmPaymentBody,
  createPaymentBody,
  emptyBody,
  listPaymentsQuery,
  paymentListSchema,
  paymentParams,
  paymentSchema,
} from './payments.schemas.js';

const inDoubt = {
  description: 'The provider has not answered yet; ask for the payment.',
  schema: paymentSchema,
};
const shown = { description: 'The payment.', schema: paymentSchema };

/** Payments: from one command to the end of their life. */
@injectable()
export class PaymentsController implements Controller {
  constructor(
    @inject(httpTokens.settings) private readonly settings: HttpSettings,
    @inject(httpTokens.clock) private readonly clock: Clock,
    @inject(httpTokens.paymentOperations) private readonly payments: PaymentOperations,
    @inject(httpTokens.customerOperations) private readonly customers: CustomerOperations,
    @inject(httpTokens.orderHandler) private readonly orders: OrderHandler,
    @inject(httpTokens.invoiceOperations) private readonly invoices: InvoiceOperations,
    @inject(httpTokens.recoverPayment) private readonly recover: RecoverPayment,
    @inject(httpTokens.paymentGateway) private readonly gateway: PaymentGateway,
    @inject(httpTokens.paymentQueries) private readonly queries: PaymentQueries,
    @inject(httpTokens.projections) private readonly projections: Projections,
    @inject(httpTokens.eventStore) private readonly eventStore: EventStore,
    @inject(httpTokens.describeEvent) private readonly describe: DescribeEvent,
    @inject(httpTokens.attempts) private readonly attempt: Attempts,
  ) {}

  readonly routes = [
    route({
      method: 'post',
      path: '/v1/payments',
      tag: 'Payments',
      summary: 'Create a payment, and confirm it at once with `confirm: true`',
      scope: 'payments:write',
      idempotency: 'required',
      body: createPaymentBody,
      answers: { 201: shown, 202: inDoubt },
      validate: ({ body }) => checkAmount(this.gateway, money(body.amount, body.currency), 'charge'),
      handle: ({ body, context }) => this.create(body, context),
    }),
    route({
      method: 'get',
      path: '/v1/payments',
      tag: 'Payments',
      summary: 'List payments, newest first',
      scope: 'payments:read',
      query: listPaymentsQuery,
      answers: { 200: { description: 'A page of payments.', schema: paymentListSchema } },
      handle: ({ query }) => this.list(query),
    }),
    route({
      method: 'get',
      path: '/v1/payments/:id',
      tag: 'Payments',
      summary: 'A payment, as it is now',
      scope: 'payments:read',
      params: paymentParams,
      query: expandCustomerQuery,
      answers: { 200: shown },
      handle: async ({ params }) => this.answers().answer(200, existing(await this.payments.load(params.id))),
    }),
    route({
      method: 'post',
      path: '/v1/payments/:id/confirm',
      tag: 'Payments',
      summary: 'Try to collect the payment with a payment method',
      scope: 'payments:write',
      idempotency: 'required',
      params: paymentParams,
      body: confirmPaymentBody,
      answers: { 200: shown, 202: inDoubt },
      handle: ({ params, body, context }) => this.confirm(params.id, body, context),
    }),
    route({
      method: 'post',
      path: '/v1/payments/:id/capture',
      tag: 'Payments',
      summary: 'Take an authorized amount, all of it or a part; the rest is released',
      scope: 'payments:write',
      idempotency: 'required',
      params: paymentParams,
      body: capturePaymentBody,
      answers: { 200: shown, 202: inDoubt },
      handle: ({ params, body, context }) => this.capture(params.id, body.amount, context),
    }),
    route({
      method: 'post',
      path: '/v1/payments/:id/cancel',
      tag: 'Payments',
      summary: 'Give the payment up, and release what is authorized',
      scope: 'payments:write',
      idempotency: 'required',
      params: paymentParams,
      body: emptyBody,
      answers: { 200: shown, 202: inDoubt },
      handle: ({ params, context }) => this.cancel(params.id, context),
    }),
    route({
      method: 'post',
      path: '/v1/payments/:id/recover',
      tag: 'Payments',
      summary: 'Bring the payment up to what the provider knows of it; moves no money that was not asked for',
      scope: 'payments:write',
      params: paymentParams,
      body: emptyBody,
      answers: { 200: shown, 202: inDoubt },
      handle: async ({ params, context }) => {
        const { loaded, open } = await this.recover(params.id, context.metadata);
        return this.answers().answer(open.length === 0 ? 200 : 202, existing(loaded));
      },
    }),
    route({
      method: 'get',
      path: '/v1/payments/:id/timeline',
      tag: 'Payments',
      summary: 'What happened to a payment, each fact with who, why and a sentence',
      scope: 'payments:read',
      params: paymentParams,
      answers: { 200: { description: 'Every event, oldest first.', schema: listOf(eventSchema) } },
      handle: ({ params }) => this.timeline(params.id),
    }),
  ];

  private answers() {
    return createPaymentAnswers(this.gateway, this.settings.livemode);
  }

  private async create(body: z.output<typeof createPaymentBody>, context: RequestContext): Promise<Answer> {
    const create = () => this.createNow(body, context);
    const confirms = body.payment_method !== undefined;
    const payment = await (confirms
      ? this.attempt(body.customer ?? null, context, create, theOne)
      : create());
    return this.answers().attempted(201, payment);
  }

  private async createNow(
    body: z.output<typeof createPaymentBody>,
    context: RequestContext,
  ): Promise<ExistingLoaded> {
    const paymentId = paymentIdOf(context.commandId);
    const customerId = body.customer ?? null;
    if (body.order !== undefined) {
      await this.refuseOrder(body.order, { customerId, currency: body.currency });
    }
    const paymentMethod = body.payment_method ?? null;
    const attempt = { paymentMethod, offSession: body.off_session };
    const payer = await this.payer(paymentId, customerId, attempt, context);
    const handled = await this.payments.run(
      paymentId,
      {
        type: 'CreatePayment',
        at: this.clock.now(),
        details: {
          paymentId,
          amount: money(body.amount, body.currency),
          captureMethod: body.capture_method,
          customerId,
          orderId: null,
          description: body.description ?? null,
          metadata: body.metadata,
        },
        confirmWith: paymentMethod,
        ...payer,
      },
      context.metadata,
      // Its id is new, so there is nothing to read. Should this be a repeat, the append notices.
      { known: { state: { status: 'absent' }, revision: null } },
    );
    return accepted(handled);
  }

  private refuseOrder(
    orderId: OrderId,
    payment: Pick<PaymentDetails, 'customerId'> & Pick<Money, 'currency'>,
  ) {
    const { orders, invoices } = this;
    return refusePaymentOfOrder({ orders, invoices }, orderId, payment);
  }

  /** Of an attempt that was made, the saved method may be gone. */
  private payer(
    paymentId: PaymentId,
    customerId: CustomerId | null,
    attempt: Parameters<typeof payerOf>[2],
    { commandId }: RequestContext,
  ) {
    return unlessCarriedOut({ commandId, stream: `payment-${paymentId}` }, this.eventStore, () =>
      payerOf(this.customers, customerId, attempt),
    );
  }

  private async confirm(
    id: PaymentId,
    body: z.output<typeof confirmPaymentBody>,
    context: RequestContext,
  ): Promise<Answer> {
    const paymentMethod = body.payment_method;
    const { customerId, orderId, amount } = existing(await this.payments.load(id)).state.details;
    // None is made for an order any more; one that was may not be tried again beside the order's invoice.
    if (orderId !== null) await this.refuseOrder(orderId, { customerId, currency: amount.currency });
    const attempt = { paymentMethod, offSession: body.off_session };
    const payer = await this.payer(id, customerId, attempt, context);
    const confirm = () => this.run(id, { type: 'ConfirmPayment', paymentMethod, ...payer }, context);
    const payment = await this.attempt(customerId, context, confirm, theOne);
    return this.answers().attempted(200, payment);
  }

  private async capture(id: PaymentId, amount: bigint | undefined, context: RequestContext): Promise<Answer> {
    const { state } = existing(await this.payments.load(id));
    const part = amount === undefined ? null : money(amount, state.details.amount.currency);
    // A payment that cannot be captured at all is told so, whatever the amount.
    if (part !== null && state.status === 'authorized') checkAmount(this.gateway, part, 'charge');
    const payment = await this.run(id, { type: 'CapturePayment', amount: part }, context);
    switch (payment.state.status) {
      case 'capturing':
        return this.answers().answer(202, payment);
      case 'captured':
        return this.answers().answer(200, payment);
      default:
        return this.answers().notCarriedOut('capture the payment', payment);
    }
  }

  private async cancel(id: PaymentId, context: RequestContext): Promise<Answer> {
    const payment = await this.run(id, { type: 'CancelPayment' }, context);
    switch (payment.state.status) {
      case 'canceling':
        return this.answers().answer(202, payment);
      case 'canceled':
        return this.answers().answer(200, payment);
      default:
        return this.answers().notCarriedOut('cancel the payment', payment);
    }
  }

  private async run(
    id: PaymentId,
    command:
      | Omit<Extract<PaymentCommand, { type: 'ConfirmPayment' }>, 'at'>
      | Omit<Extract<PaymentCommand, { type: 'CapturePayment' }>, 'at'>
      | Omit<Extract<PaymentCommand, { type: 'CancelPayment' }>, 'at'>,
    context: RequestContext,
  ) {
    const at = this.clock.now();
    return accepted(await this.payments.run(id, { ...command, at }, context.metadata, ifRevision(context)));
  }

  private async list(query: z.output<typeof listPaymentsQuery>): Promise<Answer> {
    const { status = null, customer = null, order = null, currency = null } = query;
    const page = await this.queries.list({
      ...pageOf(query),
      ...createdIn(query),
      status,
      customer,
      order,
      currency,
    });
    const { livemode } = this.settings;
    return listAnswer('/v1/payments', page, (row) => paymentOfRow(row, livemode), {
      lagMs: this.projections.lagMs(),
    });
  }

  private async timeline(id: PaymentId): Promise<Answer> {
    const rows = await this.eventStore.readStream(`payment-${id}`);
    if (rows.length === 0) existing({ state: { status: 'absent' }, revision: null });
    const show = eventObject(this.describe, this.settings.livemode);
    return listAnswer(`/v1/payments/${id}/timeline`, { rows, hasMore: false }, show);
  }
}

function theOne({ state }: ExistingLoaded): readonly PaymentState[] {
  return [state];
}
