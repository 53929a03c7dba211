import { inject, injectable } from 'inversify';
import type { z } from 'zod';
import type { InvoiceOperations } from '../../../application/invoice/invoice-operations.js';
import type {
  ManualPaymentHandler,
  RecordManualPayment,
} from '../../../application/manual-payment/record-manual-payment.js';
import { manualPaymentIdOf } from '../../../application/manual-payment/record-manual-payment.js';
import type { Clock } from '../../../application/ports/clock.js';
import type { CustomerZones } from '../../../application/ports/customer-zones.js';
import type { EventStore } from '../../../application/ports/event-store.js';
import type { ManualPaymentQueries } from '../../../application/ports/manual-payment-queries.js';
import type { Projections } from '../../../application/ports/read-models.js';
import type { Loaded } from '../../../application/shared/command-handler.js';
import { civilDateIn, knownZone } from '../../../application/shared/zones.js';
import type { ManualPaymentCommand } from '../../../domain/manual-payment/messages.js';
import type { ManualPaymentState } from '../../../domain/manual-payment/state.js';
import type { InvoiceId, ManualPaymentId } from '../../../domain/shared/ids.js';
import { compare, money } from '../../../domain/shared/money.js';
import type { Person } from '../../../domain/shared/person.js';
import { expandCustomerQuery } from '../customer/customers.schemas.js';
import type { HttpSettings } from '../http-tokens.js';
import { httpTokens } from '../http-tokens.js';
import { zoneOfCustomer } from '../shared/customer-zone.js';
import { acceptedBy, ifRevision } from '../shared/handled.js';
import { createdIn, listAnswer, pageOf } from '../shared/lists.js';
import { findPayable } from '../shared/payable-invoice.js';
import { Refused, refused } from '../shared/problem.js';
import type { Answer, Controller, RequestContext } from '../shared/route.js';
import { personOf, route, withReason } from '../shared/route.js';
import { unlessCarriedOut } from '../shared/unless-carried-out.js';
import { manualPaymentObject, manualPaymentRowOf } from './manual-payment-object.js';
import type { InvoiceMismatch } from './manual-payment-problems.js';
import { problemOfManualPaymentRejection } from './manual-payment-problems.js';
import {
  listManualPaymentsQuery,
  manualPaymentListSchema,
  manualPaymentParams,
  manualPaymentSchema,
  recordManualPaymentBody,
  rejectManualPaymentBody,
  reverseManualPaymentBody,
  verifyManualPaymentBody,
} from './manual-payments.schemas.js';

const shown = { description: 'The manual payment.', schema: manualPaymentSchema };

/** Cheques, wires, cash and barter, which people tell us of. */
@injectable()
export class ManualPaymentsController implements Controller {
  constructor(
    @inject(httpTokens.settings) private readonly settings: HttpSettings,
    @inject(httpTokens.clock) private readonly clock: Clock,
    @inject(httpTokens.manualPaymentHandler) private readonly payments: ManualPaymentHandler,
    @inject(httpTokens.recordManualPayment) private readonly record: RecordManualPayment,
    @inject(httpTokens.invoiceOperations) private readonly invoices: InvoiceOperations,
    @inject(httpTokens.customerZones) private readonly zones: CustomerZones,
    @inject(httpTokens.manualPaymentQueries) private readonly queries: ManualPaymentQueries,
    @inject(httpTokens.projections) private readonly projections: Projections,
    @inject(httpTokens.eventStore) private readonly eventStore: EventStore,
  ) {}

  readonly routes = [
    route({
      method: 'post',
      path: '/v1/manual_payments',
      tag: 'Manual payments',
      summary: 'Record a cheque, a wire, cash or barter that came in',
      scope: 'manual_payments:write',
      idempotency: 'required',
      body: recordManualPaymentBody,
      answers: { 201: shown },
      handle: ({ body, context }) => this.create(body, context),
    }),
    route({
      method: 'get',
      path: '/v1/manual_payments',
      tag: 'Manual payments',
      summary: 'List manual payments, newest first',
      scope: 'manual_payments:read',
      query: listManualPaymentsQuery,
      answers: { 200: { description: 'A page of manual payments.', schema: manualPaymentListSchema } },
      handle: ({ query }) => this.list(query),
    }),
    route({
      method: 'get',
      path: '/v1/manual_payments/:id',
      tag: 'Manual payments',
      summary: 'A manual payment, as it is now',
      scope: 'manual_payments:read',
      params: manualPaymentParams,
      query: expandCustomerQuery,
      answers: { 200: shown },
      handle: async ({ params }) => this.answer(200, await this.payments.load(params.id)),
    }),
    route({
      method: 'post',
      path: '/v1/manual_payments/:id/verify',
      tag: 'Manual payments',
      summary:
        'Say that the money is there; large amounts need another person than the one who recorded them',
      scope: 'manual_payments:write',
      idempotency: 'required',
      params: manualPaymentParams,
      body: verifyManualPaymentBody,
      answers: { 200: shown },
      handle: ({ params, body, context }) =>
        this.change(params.id, withReason(context, body.reason), (by) => ({
          type: 'VerifyManualPayment',
          at: this.clock.now(),
          by,
        })),
    }),
    route({
      method: 'post',
      path: '/v1/manual_payments/:id/reject',
      tag: 'Manual payments',
      summary: 'Say that the money never came; nothing was booked',
      scope: 'manual_payments:write',
      idempotency: 'required',
      params: manualPaymentParams,
      body: rejectManualPaymentBody,
      answers: { 200: shown },
      handle: ({ params, body, context }) =>
        this.change(params.id, withReason(context, body.reason), (by) => ({
          type: 'RejectManualPayment',
          at: this.clock.now(),
          by,
        })),
    }),
    route({
      method: 'post',
      path: '/v1/manual_payments/:id/reverse',
      tag: 'Manual payments',
      summary: 'Say that verified money is gone again, such as with a bounced cheque',
      scope: 'manual_payments:write',
      idempotency: 'required',
      params: manualPaymentParams,
      body: reverseManualPaymentBody,
      answers: { 200: shown },
      handle: ({ params, body, context }) =>
        this.change(params.id, withReason(context, body.reason), (by, state) => ({
          type: 'ReverseManualPayment',
          at: this.clock.now(),
          by,
          cause: body.cause,
          fee: body.fee === undefined ? null : money(body.fee, state.details.amount.currency),
        })),
    }),
  ];

  private async create(
    body: z.output<typeof recordManualPaymentBody>,
    context: RequestContext,
  ): Promise<Answer> {
    const manualPaymentId = manualPaymentIdOf(context.commandId);
    const own = await zoneOfCustomer(this.zones, body.customer, 'customer');
    const zone = body.time_zone ?? own;
    const { invoice } = body;
    if (invoice !== undefined) {
      // Once it has paid its invoice, the invoice takes no more.
      const command = { commandId: context.commandId, stream: `manualPayment-${manualPaymentId}` } as const;
      await unlessCarriedOut(command, this.eventStore, () => this.checkInvoice(invoice, body));
    }
    const recorded = await this.record(
      {
        details: {
          manualPaymentId,
          customerId: body.customer,
          invoiceId: body.invoice ?? null,
          method: body.method,
          amount: money(body.amount, body.currency),
          reference: body.reference,
          receivedOn: body.received_on,
          recordedOn: civilDateIn(knownZone(zone), this.clock.now()),
          valueOn: body.value_on ?? body.received_on,
          evidenceSha256: body.evidence_sha256 ?? null,
        },
        by: personOf(context),
        verify: body.verify,
        allowDuplicate: body.allow_duplicate,
      },
      context.metadata,
    );
    if (recorded.outcome === 'possible_duplicate') {
      throw new Refused(problemOfManualPaymentRejection({ code: recorded.code, of: recorded.of }));
    }
    const payment = acceptedBy(recorded.handled, problemOfManualPaymentRejection);
    return this.answer(201, payment, { possible_duplicates: recorded.possibleDuplicates });
  }

  /** What is said of an invoice must fit it; whether it still does when the money is applied is for that to see. */
  private async checkInvoice(
    invoiceId: InvoiceId,
    body: z.output<typeof recordManualPaymentBody>,
  ): Promise<void> {
    const { customerId, payable } = await findPayable(this.invoices, invoiceId);
    const amount = money(body.amount, body.currency);
    const refuse = (rejection: InvoiceMismatch) => new Refused(problemOfManualPaymentRejection(rejection));
    if (customerId !== body.customer) throw refuse({ code: 'invoice_of_another_customer' });
    if (amount.currency !== payable.currency) {
      throw refuse({ code: 'currency_mismatch', expected: payable.currency });
    }
    if (!body.allow_overpayment && compare(amount, payable) > 0) {
      throw refuse({ code: 'manual_payment_above_due', payable });
    }
  }

  private async change(
    id: ManualPaymentId,
    context: RequestContext,
    command: (by: Person, state: ExistingManualPayment) => ManualPaymentCommand,
  ): Promise<Answer> {
    const { state } = existing(await this.payments.load(id));
    const handled = await this.payments.handle(
      id,
      command(personOf(context), state),
      context.metadata,
      ifRevision(context),
    );
    return this.answer(200, acceptedBy(handled, problemOfManualPaymentRejection));
  }

  private answer(
    status: number,
    loaded: Loaded<ManualPaymentState>,
    more: Readonly<Record<string, unknown>> = {},
  ): Answer {
    const { state, revision } = existing(loaded);
    const body = manualPaymentObject(manualPaymentRowOf(state, revision), this.settings.livemode);
    return { status, body: { ...body, ...more }, etag: `"${revision}"` };
  }

  private async list(query: z.output<typeof listManualPaymentsQuery>): Promise<Answer> {
    const { status = null, customer = null, invoice = null, reference = null } = query;
    const page = await this.queries.list({
      ...pageOf(query),
      ...createdIn(query),
      status,
      customer,
      invoice,
      reference,
    });
    const { livemode } = this.settings;
    return listAnswer('/v1/manual_payments', page, (row) => manualPaymentObject(row, livemode), {
      lagMs: this.projections.lagMs(),
    });
  }
}

type ExistingManualPayment = Exclude<ManualPaymentState, { readonly status: 'absent' }>;

function existing({ state, revision }: Loaded<ManualPaymentState>): {
  readonly state: ExistingManualPayment;
  readonly revision: bigint;
} {
  if (state.status !== 'absent' && revision !== null) return { state, revision };
  throw refused('resource_missing', { detail: 'There is no such manual payment.' });
}
