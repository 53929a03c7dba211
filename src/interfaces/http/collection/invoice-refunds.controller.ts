import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type {
  GivenBack,
  RefundedInvoice,
  RefundInvoice,
} from '../../../application/collection/refund-invoice.js';
import { parseInvoiceId, parseInvoiceRefundId } from '../../../domain/shared/ids.js';
import { sum } from '../../../domain/shared/money.js';
import type { HttpSettings } from '../http-tokens.js';
import { httpTokens } from '../http-tokens.js';
import { problemOfInvoiceRejection } from '../invoice/invoice-problems.js';
import { isOpen, refundOfState } from '../payment/payment-object.js';
import { problemOfPaymentRejection } from '../payment/payment-problems.js';
import { createRefundBody, refundSchema } from '../payment/refunds.schemas.js';
import { amountField, idField, integer } from '../shared/fields.js';
import type { Problem } from '../shared/problem.js';
import { problem, Refused, refused } from '../shared/problem.js';
import type { Answer, Controller } from '../shared/route.js';
import { personOf, route } from '../shared/route.js';

const body = z
  .strictObject({
    amount: amountField.optional().meta({
      description: 'Minor units; all that was paid and has not gone back when absent.',
    }),
    reason: createRefundBody.shape.reason,
  })
  .meta({ id: 'RefundInvoice' });

const part = {
  application: z.string().meta({ description: 'What had been paid, by its name in the timeline.' }),
  amount: integer('Minor units.'),
  status: refundSchema.shape.status.meta({
    description: 'Of a card, how far its refund is; all else is with the customer once it is recorded.',
  }),
};

const invoiceRefundSchema = z
  .object({
    id: idField(parseInvoiceRefundId, 'irf'),
    object: z.literal('invoice_refund'),
    invoice: z.string(),
    amount: integer('Minor units; the sum of the parts, those included that the provider refused.'),
    currency: z.string(),
    parts: z
      .array(
        z.discriminatedUnion('type', [
          z.object({
            ...part,
            type: z.literal('card'),
            payment: z.string(),
            refund: z
              .string()
              .nullable()
              .meta({ description: 'Null where the payment had no more to give, and no refund was made.' }),
            failure_reason: z.string().nullable(),
          }),
          z.object({ ...part, type: z.literal('credit') }),
          z.object({
            ...part,
            type: z.literal('manual'),
            manual_payment: z.string(),
            credit: z.string().meta({ description: "The customer's credit that it became." }),
          }),
        ]),
      )
      .meta({ description: 'The tender that was applied last is the first.' }),
    livemode: z.boolean(),
  })
  .meta({ id: 'InvoiceRefund' });

type GivenBackToAll = Extract<RefundedInvoice, { readonly outcome: 'given_back' }>;

/** Giving back what an invoice was paid with, whatever the tenders were. */
@injectable()
export class InvoiceRefundsController implements Controller {
  constructor(
    @inject(httpTokens.settings) private readonly settings: HttpSettings,
    @inject(httpTokens.refundInvoice) private readonly refund: RefundInvoice,
  ) {}

  readonly routes = [
    route({
      method: 'post',
      path: '/v1/invoices/:id/refunds',
      tag: 'Refunds',
      summary: 'Give back what an invoice was paid with, the last tender first',
      scope: 'refunds:write',
      idempotency: 'required',
      params: z.strictObject({ id: idField(parseInvoiceId, 'inv') }),
      body,
      answers: {
        201: { description: 'What goes back to each tender.', schema: invoiceRefundSchema },
        202: {
          description:
            'The provider has not answered for a card yet, or another person has to approve it; ask for its refund.',
          schema: invoiceRefundSchema,
        },
      },
      handle: async ({ params: { id: invoiceId }, body: asked, context }) => {
        const { amount = null, reason: refundReason = null } = asked;
        const refunded = await this.refund(
          { invoiceId, amount, refundReason, by: personOf(context) },
          context.metadata,
        );
        if (refunded.outcome !== 'given_back') throw new Refused(problemOfRefusal(refunded));
        return this.answer(invoiceId, refunded);
      },
    }),
  ];

  private answer(invoice: string, { invoiceRefundId: id, parts: given }: GivenBackToAll): Answer {
    const { livemode } = this.settings;
    const parts = given.map((one) => partObject(one, livemode));
    const [first] = given;
    if (first === undefined) throw new Error(`nothing of ${invoice} went back`);
    const { currency } = first.amount;
    const amount = sum(
      currency,
      given.map((one) => one.amount),
    ).minor;
    const shown = { id, object: 'invoice_refund', invoice, amount, currency, parts, livemode };
    if (parts.every(({ status }) => status === 'failed' || status === 'rejected')) {
      throw refused('provider_refused', {
        detail: 'The provider made no refund, and nothing has gone back.',
        members: { invoice_refund: shown },
      });
    }
    const waits = given.some((one) => one.kind === 'card' && one.refund !== null && isOpen(one.refund));
    return { status: waits ? 202 : 201, body: shown };
  }
}

function partObject(given: GivenBack, livemode: boolean) {
  const { kind: type, applicationId: application, amount } = given;
  const shown = { type, application, amount: amount.minor, status: 'succeeded' };
  switch (given.kind) {
    case 'card': {
      const { payment: of, refund, refusedAs } = given;
      if (refund === null) {
        const { paymentId: payment } = of.details;
        return { ...shown, status: 'failed', payment, refund, failure_reason: refusedAs };
      }
      const { id, status, payment, failure_reason } = refundOfState(of, refund, livemode);
      return { ...shown, status, payment, refund: id, failure_reason };
    }
    case 'credit':
      return shown;
    case 'manual':
      return { ...shown, manual_payment: given.manualPaymentId, credit: given.creditId };
  }
}

/** Nothing was recorded. */
function problemOfRefusal(refusal: Exclude<RefundedInvoice, { readonly outcome: 'given_back' }>): Problem {
  if (refusal.outcome === 'rejected') return problemOfInvoiceRejection(refusal.rejection);
  if (refusal.outcome !== 'amount_refused') return problemOfPaymentRejection({ code: refusal.outcome });
  return problem('amount_refused', { detail: refusal.message });
}
