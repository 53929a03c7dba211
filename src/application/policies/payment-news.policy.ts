import { isIssued, leftOf, payableOf } from '../../domain/invoice/state.js';
import type { PaymentEvent, PaymentEventOf } from '../../domain/payment/events.js';
import type { CollectionId, PaymentId } from '../../domain/shared/ids.js';
import { parsePaymentId } from '../../domain/shared/ids.js';
import type { Money } from '../../domain/shared/money.js';
import { compare, isPositive } from '../../domain/shared/money.js';
import { applicationIdOf } from '../collection/collected-invoices.js';
import { isPaymentOfLeg } from '../collection/collection-ids.js';
import type { CollectionHandler, CollectionRunner } from '../collection/collection-runner.js';
import { creditNoteIdOf } from '../invoice/invoice-ids.js';
import type { InvoiceOperations } from '../invoice/invoice-operations.js';
import { paymentCodec } from '../payment/payment.codec.js';
import type { PaymentHandler } from '../payment/payment-effects.js';
import type { Clock } from '../ports/clock.js';
import type { RecordedEvent } from '../ports/event-store.js';
import { commandIdOf } from '../shared/event-ids.js';
import type { Policy } from '../shared/policy.js';
import { becauseOf, createPolicy } from '../shared/policy.js';
import { later } from '../webhook/retry-schedule.js';
import { idOfStream, mustBeAccepted } from './policy-steps.js';

const name = 'payment_news';

/**
 * News of a payment that is a leg takes its collection on. When such a payment is refunded later, what it had paid is taken off
 * the invoice, and a credit note says why nothing is due for it.
 */
export function createPaymentNews(parts: {
  readonly payments: Pick<PaymentHandler, 'load'>;
  readonly collections: Pick<CollectionHandler, 'load'>;
  readonly runner: CollectionRunner;
  readonly invoices: InvoiceOperations;
  readonly clock: Clock;
  /** How long a request that collects has its collection to itself. */
  readonly graceMs: number;
}): Policy {
  const { payments, collections, runner, invoices, clock, graceMs } = parts;

  async function collectionOf(
    recorded: RecordedEvent,
  ): Promise<{ readonly paymentId: PaymentId; readonly collectionId: CollectionId } | undefined> {
    const paymentId = idOfStream(recorded.stream, parsePaymentId);
    // Most payments are of no collection, and need not be read to know it.
    if (!isPaymentOfLeg(paymentId)) return undefined;
    const { state } = await payments.load(paymentId);
    if (state.status === 'absent' || state.details.collectionId === undefined) return undefined;
    return { paymentId, collectionId: state.details.collectionId };
  }

  async function goOn(_event: PaymentEvent, recorded: RecordedEvent): Promise<void> {
    const found = await collectionOf(recorded);
    if (found !== undefined) await takeOn(found.collectionId, recorded);
  }

  async function takeOn(collectionId: CollectionId, recorded: RecordedEvent): Promise<void> {
    const { state: known } = await collections.load(collectionId);
    if (known.status === 'absent') return;
    const isOver = known.status === 'succeeded' || known.status === 'failed';
    // Somebody is at it just now. Should that one have died, the agenda takes it up.
    if (!isOver && later(known.changedAt, graceMs) > clock.now()) return;
    const { state } = await runner.advance(collectionId, becauseOf(recorded, name));
    if (state.status === 'failed') await runner.giveBack(collectionId, becauseOf(recorded, name, 'stray'));
  }

  async function refunded(
    { refundId, amount }: PaymentEventOf<'RefundInitiated' | 'RefundAdopted'>,
    recorded: RecordedEvent,
  ): Promise<void> {
    const found = await collectionOf(recorded);
    if (found === undefined) return;
    await takeOn(found.collectionId, recorded);
    const { state } = await collections.load(found.collectionId);
    if (state.status !== 'succeeded') return;
    const leg = state.legs.find(
      ({ tender }) => tender.kind === 'card' && tender.paymentId === found.paymentId,
    );
    if (leg === undefined || leg.status !== 'settled') return;
    const { invoiceId } = state.details;
    const applicationId = applicationIdOf(state.details, leg.leg);
    const reversed = await reverse(invoiceId, applicationId, refundId, amount, recorded);
    if (reversed !== null) await credit(invoiceId, refundId, reversed, recorded);
  }

  /** How much was taken off; less than the refund where it had not paid as much. */
  async function reverse(
    invoiceId: string,
    applicationId: string,
    reversalId: string,
    amount: Money,
    recorded: RecordedEvent,
  ): Promise<Money | null> {
    const { state } = await invoices.load(invoiceId);
    if (!isIssued(state)) return null;
    const application = state.applications.find((one) => one.applicationId === applicationId);
    if (application === undefined) return null;
    const known = application.reversals.find((one) => one.reversalId === reversalId);
    if (known !== undefined) return known.amount;
    const left = leftOf(application);
    const part = compare(amount, left) > 0 ? left : amount;
    if (!isPositive(part)) return null;
    const reversed = await invoices.run(
      invoiceId,
      { type: 'ReversePayment', at: clock.now(), applicationId, reversalId, amount: part },
      becauseOf(recorded, name, 'reverse'),
    );
    mustBeAccepted(reversed, `reverse ${applicationId}`);
    return part;
  }

  async function credit(
    invoiceId: string,
    refundId: string,
    amount: Money,
    recorded: RecordedEvent,
  ): Promise<void> {
    const { state } = await invoices.load(invoiceId);
    if (!isIssued(state) || compare(amount, payableOf(state)) > 0) return;
    const credited = await invoices.credit(
      invoiceId,
      {
        creditNoteId: creditNoteIdOf(commandIdOf('credit note of refund', refundId)),
        scope: { by: 'total', amount },
        creditReason: 'returned',
      },
      becauseOf(recorded, name, 'credit'),
    );
    mustBeAccepted(credited, `credit the refund ${refundId}`);
  }

  return createPolicy<PaymentEvent>({
    name,
    category: 'payment',
    codec: paymentCodec,
    reactions: {
      PaymentAuthorized: goOn,
      PaymentCaptured: goOn,
      PaymentDeclined: goOn,
      PaymentFailed: goOn,
      PaymentCanceled: goOn,
      PaymentCaptureRefused: goOn,
      PaymentActionRequired: goOn,
      RefundInitiated: refunded,
      RefundAdopted: refunded,
    },
  });
}
