import type { CollectionState } from '../../domain/collection/state.js';
import type { PaymentDetails, PaymentEvent, PaymentEventOf } from '../../domain/payment/events.js';
import type { CustomerId } from '../../domain/shared/ids.js';
import { parsePaymentId } from '../../domain/shared/ids.js';
import type { Money } from '../../domain/shared/money.js';
import type { CollectionHandler } from '../collection/collection-runner.js';
import type { InvoiceOperations } from '../invoice/invoice-operations.js';
import type { NoticeFacts, NoticeKind } from '../notification/notice-kinds.js';
import { paymentCodec } from '../payment/payment.codec.js';
import type { PaymentHandler } from '../payment/payment-effects.js';
import type { EventStore, RecordedEvent } from '../ports/event-store.js';
import type { Notifications } from '../ports/notifications.js';
import type { Policy } from '../shared/policy.js';
import { createPolicy } from '../shared/policy.js';
import { idOfStream } from './policy-steps.js';
import { invoiceFacts, moneyFact, textFact } from './tell-customers.js';

type OfCustomer = PaymentDetails & { readonly customerId: CustomerId };

/** Most payments end soon after they began, so few need to be remembered. */
const ofNobodyMax = 10_000;

/** Tells customers of their payments and refunds. Who pays without being a customer leaves no address to tell. */
export function createPaymentNotices(parts: {
  readonly payments: Pick<PaymentHandler, 'load'>;
  readonly collections: Pick<CollectionHandler, 'load'>;
  readonly invoices: Pick<InvoiceOperations, 'load'>;
  readonly eventStore: Pick<EventStore, 'readStream'>;
  readonly notifications: Pick<Notifications, 'queue'>;
}): Policy {
  const { payments, collections, invoices, eventStore, notifications } = parts;
  /** Streams of payments that were seen to begin without a customer, which need not be read to know it. */
  const ofNobody = new Set<string>();

  async function created(
    { customerId }: PaymentEventOf<'PaymentCreated'>,
    { stream }: RecordedEvent,
  ): Promise<void> {
    if (customerId !== null) return;
    ofNobody.add(stream);
    for (const oldest of ofNobody) {
      if (ofNobody.size <= ofNobodyMax) break;
      ofNobody.delete(oldest);
    }
  }

  async function detailsOf(recorded: RecordedEvent): Promise<OfCustomer | undefined> {
    if (ofNobody.has(recorded.stream)) return undefined;
    const { state } = await payments.load(idOfStream(recorded.stream, parsePaymentId));
    if (state.status === 'absent') throw new Error(`${recorded.stream} has facts and is absent`);
    const { customerId } = state.details;
    return customerId === null ? undefined : { ...state.details, customerId };
  }

  async function collectionOf({ collectionId }: PaymentDetails): Promise<CollectionState> {
    if (collectionId === undefined) return { status: 'absent' };
    return (await collections.load(collectionId)).state;
  }

  /** What the customer knows the payment by: the invoice, the words that came with it, or its id. */
  async function referenceOf(details: PaymentDetails): Promise<NoticeFacts> {
    const collection = await collectionOf(details);
    if (collection.status !== 'absent') {
      const { invoiceId } = collection.details;
      return invoiceFacts(invoiceId, (await invoices.load(invoiceId)).state);
    }
    return { reference: textFact(details.description ?? details.paymentId) };
  }

  async function tell(
    kind: NoticeKind,
    recorded: RecordedEvent,
    details: OfCustomer,
    what: { readonly subject: string; readonly state: string; readonly facts: NoticeFacts },
  ): Promise<void> {
    const facts = { ...(await referenceOf(details)), ...what.facts };
    await notifications.queue({ ...what, kind, customer: details.customerId, facts, eventId: recorded.id });
  }

  async function captured(event: PaymentEventOf<'PaymentCaptured'>, recorded: RecordedEvent): Promise<void> {
    const details = await detailsOf(recorded);
    if (details === undefined) return;
    await tell('receipt', recorded, details, {
      subject: details.paymentId,
      state: 'captured',
      facts: { amount: moneyFact(event.amount), paid_on: { instant: event.at } },
    });
  }

  /** Once for a payment, however often another card is tried. */
  async function declined(event: PaymentEventOf<'PaymentDeclined'>, recorded: RecordedEvent): Promise<void> {
    const details = await detailsOf(recorded);
    if (details === undefined || (await isToldElsewhere(details))) return;
    await tell('payment_declined', recorded, details, {
      subject: details.paymentId,
      state: 'declined',
      facts: {
        amount: moneyFact(details.amount),
        reason: { declined: event.declineCode ?? event.code },
      },
    });
  }

  /** Whoever pays on our pages sees it there; a part of a plan has a notice of its own, with the part in it. */
  async function isToldElsewhere(details: PaymentDetails): Promise<boolean> {
    const collection = await collectionOf(details);
    if (collection.status === 'absent') return false;
    if (collection.details.planPart !== null) return true;
    const [first] = await eventStore.readStream(`collection-${collection.details.collectionId}`, {
      limit: 1,
    });
    return first?.metadata.actor.kind === 'customer';
  }

  async function refund(
    kind: 'refund_sent' | 'refund_failed',
    state: string,
    refundId: string,
    recorded: RecordedEvent,
  ): Promise<void> {
    const details = await detailsOf(recorded);
    if (details === undefined) return;
    const amount = await refundedBy(refundId, recorded);
    await tell(kind, recorded, details, { subject: refundId, state, facts: { amount: moneyFact(amount) } });
  }

  async function refundedBy(refundId: string, recorded: RecordedEvent): Promise<Money> {
    const { state } = await payments.load(idOfStream(recorded.stream, parsePaymentId));
    const found =
      state.status === 'captured' ? state.refunds.find((each) => each.refundId === refundId) : undefined;
    if (found === undefined) throw new Error(`${recorded.stream} has no refund ${refundId}`);
    return found.amount;
  }

  return createPolicy<PaymentEvent>({
    name: 'payment_notices',
    category: 'payment',
    codec: paymentCodec,
    reactions: {
      PaymentCreated: created,
      PaymentCaptured: captured,
      PaymentDeclined: declined,
      RefundSucceeded: ({ refundId }, recorded) => refund('refund_sent', 'succeeded', refundId, recorded),
      RefundFailed: ({ refundId }, recorded) => refund('refund_failed', 'failed', refundId, recorded),
    },
  });
}
