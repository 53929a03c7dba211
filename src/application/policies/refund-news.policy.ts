import type { CollectionDetails } from '../../domain/collection/events.js';
import type { ReversalCause } from '../../domain/invoice/events.js';
import { reversalCauseOf } from '../../domain/invoice/refunding.js';
import { isIssued, leftOf, refundPartOf } from '../../domain/invoice/state.js';
import type { PaymentEvent, PaymentEventOf } from '../../domain/payment/events.js';
import type { RefundId } from '../../domain/shared/ids.js';
import { parsePaymentId } from '../../domain/shared/ids.js';
import type { Money } from '../../domain/shared/money.js';
import { isPositive, smaller } from '../../domain/shared/money.js';
import { applicationIdOf } from '../collection/collected-invoices.js';
import type { CollectionHandler } from '../collection/collection-runner.js';
import type { CreditHandler } from '../credit/credit-agenda.js';
import type { InvoiceOperations } from '../invoice/invoice-operations.js';
import type { ManualPaymentHandler } from '../manual-payment/record-manual-payment.js';
import { paymentCodec } from '../payment/payment.codec.js';
import type { PaymentHandler } from '../payment/payment-effects.js';
import type { Clock } from '../ports/clock.js';
import type { RecordedEvent } from '../ports/event-store.js';
import type { Policy } from '../shared/policy.js';
import { becauseOf, createPolicy } from '../shared/policy.js';
import { creditRefunded } from './credit-refunded.js';
import { grantKeptCredit, keptCreditIdOf } from './kept-credit.js';
import { legPaymentOf } from './leg-payments.js';
import { createLowerInvoices } from './lower-invoices.js';
import { idOfStream, mustBeAccepted } from './policy-steps.js';

const name = 'refund_news';

/**
 * A refund of a payment that had paid an invoice takes what it had paid off the invoice; where the customer gave something
 * back for it, a credit note says why nothing is due for it. A refund that comes back is the customer's credit.
 */
export function createRefundNews(parts: {
  readonly payments: Pick<PaymentHandler, 'load' | 'handle'>;
  readonly collections: Pick<CollectionHandler, 'load'>;
  readonly invoices: InvoiceOperations;
  readonly credits: Pick<CreditHandler, 'handle'>;
  readonly manualPayments: Pick<ManualPaymentHandler, 'handle'>;
  readonly clock: Clock;
}): Policy {
  const { payments, collections, invoices, credits, clock } = parts;
  const lowerInvoices = createLowerInvoices(parts);

  /** Undefined where the payment is a leg of no collection that has succeeded. @throws while one may still succeed */
  async function collected(
    recorded: RecordedEvent,
  ): Promise<{ readonly details: CollectionDetails; readonly applicationId: string } | undefined> {
    const found = await legPaymentOf(payments, recorded);
    if (found === undefined) return undefined;
    const { state } = await collections.load(found.collectionId);
    // Of what is given back, nothing was applied.
    if (state.status === 'absent' || state.status === 'undoing' || state.status === 'failed')
      return undefined;
    // What is applied later must be taken off as well.
    if (state.status !== 'succeeded') throw new Error(`${found.collectionId} is not over`);
    const leg = state.legs.find(
      ({ tender }) => tender.kind === 'card' && tender.paymentId === found.paymentId,
    );
    if (leg === undefined || leg.status !== 'settled') return undefined;
    return { details: state.details, applicationId: applicationIdOf(state.details, leg.leg) };
  }

  async function refunded(
    { refundId, amount }: PaymentEventOf<'RefundInitiated' | 'RefundAdopted'>,
    recorded: RecordedEvent,
  ): Promise<void> {
    const found = await collected(recorded);
    if (found === undefined) return;
    const { invoiceId } = found.details;
    const cause = await causeOf(refundId, recorded);
    const reversal = { applicationId: found.applicationId, reversalId: refundId, amount, cause };
    const reversed = await reverse(invoiceId, reversal, recorded);
    if (reversed === null || cause !== 'refunded') return;
    await creditRefunded(
      { invoices, lowerInvoices },
      { invoiceId, reversalId: refundId, amount: reversed },
      (step) => becauseOf(recorded, name, step),
    );
  }

  /** Where it was a part of a refund of the invoice, the invoice knows that it is not coming. */
  async function refused(refundId: RefundId, code: string, recorded: RecordedEvent): Promise<void> {
    const found = await collected(recorded);
    if (found === undefined) return;
    const { invoiceId } = found.details;
    const { state } = await invoices.load(invoiceId);
    if (!isIssued(state) || refundPartOf(state, refundId) === undefined) return;
    const told = await invoices.run(
      invoiceId,
      { type: 'RecordRefundPartRefused', at: clock.now(), reversalId: refundId, code },
      becauseOf(recorded, name, 'refused'),
    );
    mustBeAccepted(told, `record the refusal of ${refundId}`);
  }

  async function causeOf(refundId: RefundId, recorded: RecordedEvent): Promise<ReversalCause> {
    const { state } = await payments.load(idOfStream(recorded.stream, parsePaymentId));
    const refund =
      state.status === 'captured' ? state.refunds.find((one) => one.refundId === refundId) : undefined;
    return reversalCauseOf(refund?.refundReason ?? null);
  }

  /** How much was taken off; less than the refund where it had not paid as much. */
  async function reverse(
    invoiceId: string,
    reversal: {
      readonly applicationId: string;
      readonly reversalId: string;
      readonly amount: Money;
      readonly cause: ReversalCause;
    },
    recorded: RecordedEvent,
  ): Promise<Money | null> {
    const { applicationId, reversalId, amount, cause } = reversal;
    const { state } = await invoices.load(invoiceId);
    if (!isIssued(state)) return null;
    const application = state.applications.find((one) => one.applicationId === applicationId);
    if (application === undefined) return null;
    const known = application.reversals.find((one) => one.reversalId === reversalId);
    if (known !== undefined) return known.amount;
    const left = leftOf(application);
    const part = smaller(amount, left);
    if (!isPositive(part)) return null;
    const reversed = await invoices.run(
      invoiceId,
      { type: 'ReversePayment', at: clock.now(), applicationId, reversalId, amount: part, cause },
      becauseOf(recorded, name, 'reverse'),
    );
    mustBeAccepted(reversed, `reverse ${applicationId}`);
    return part;
  }

  /** The credit note stands, and the money is here: it is owed to the customer, who may spend it. */
  async function cameBack(
    { refundId, amount }: PaymentEventOf<'RefundFailed' | 'RefundCanceled'>,
    recorded: RecordedEvent,
  ): Promise<void> {
    const found = await legPaymentOf(payments, recorded);
    if (found === undefined) return;
    const { state } = await collections.load(found.collectionId);
    if (state.status !== 'succeeded' && state.status !== 'failed') {
      throw new Error(`${found.collectionId} is not over`);
    }
    const kept = await payments.handle(
      found.paymentId,
      {
        type: 'KeepPaymentAsCredit',
        at: clock.now(),
        creditId: keptCreditIdOf(`refund ${refundId}`),
        amount,
        cause: 'refund_failed',
      },
      becauseOf(recorded, name, 'keep'),
    );
    mustBeAccepted(kept, `keep the refund ${refundId} as credit`);
  }

  async function kept(
    { creditId, amount, cause }: PaymentEventOf<'PaymentKeptAsCredit'>,
    recorded: RecordedEvent,
  ): Promise<void> {
    const paymentId = idOfStream(recorded.stream, parsePaymentId);
    const { state } = await payments.load(paymentId);
    const customerId = state.status === 'absent' ? null : state.details.customerId;
    if (customerId === null) throw new Error(`${paymentId} is of no customer`);
    await grantKeptCredit(
      { credits, clock },
      {
        ...{ customerId, creditId, amount, grantType: 'refund_to_credit', source: cause },
        metadata: { payment: paymentId },
      },
      becauseOf(recorded, name, 'grant'),
    );
  }

  /** Somebody refunded at the provider itself what was credit here: what of it is unspent goes, the rest is owed. */
  async function keptRefunded(
    { creditId }: PaymentEventOf<'PaymentCreditRefunded'>,
    recorded: RecordedEvent,
  ): Promise<void> {
    const { state } = await payments.load(idOfStream(recorded.stream, parsePaymentId));
    const lost = state.status === 'captured' && state.keptAsCredit.find((one) => one.creditId === creditId);
    if (!lost || state.details.customerId === null) throw new Error(`${creditId} is not there`);
    const revoked = await credits.handle(
      state.details.customerId,
      { type: 'RevokeRefunded', at: clock.now(), creditId, refunded: lost.refunded },
      becauseOf(recorded, name, 'revoke'),
    );
    mustBeAccepted(revoked, `revoke ${creditId}`);
  }

  return createPolicy<PaymentEvent>({
    name,
    category: 'payment',
    codec: paymentCodec,
    reactions: {
      RefundInitiated: refunded,
      RefundAdopted: refunded,
      RefundRefused: ({ refundId, code }, recorded) => refused(refundId, code, recorded),
      RefundRejected: ({ refundId }, recorded) => refused(refundId, 'refund_not_approved', recorded),
      RefundFailed: cameBack,
      RefundCanceled: cameBack,
      PaymentKeptAsCredit: kept,
      PaymentCreditRefunded: keptRefunded,
    },
  });
}
