import type { InvoiceEvent, InvoiceEventOf } from '../../domain/invoice/events.js';
import { dueOf, isIssued } from '../../domain/invoice/state.js';
import { parseCollectionId, parseInvoiceId } from '../../domain/shared/ids.js';
import type { CollectionHandler } from '../collection/collection-runner.js';
import { invoiceCodec } from '../invoice/invoice.codec.js';
import type { InvoiceOperations } from '../invoice/invoice-operations.js';
import type { RecordedEvent } from '../ports/event-store.js';
import type { Notifications } from '../ports/notifications.js';
import type { Policy } from '../shared/policy.js';
import { createPolicy } from '../shared/policy.js';
import { idOfStream } from './policy-steps.js';
import { invoiceFacts, moneyFact, textFact } from './tell-customers.js';

/** Mails an invoice that is sent, and a receipt for what came by hand or of credit alone; a card's receipt follows from its payment. */
export function createInvoiceNotices(parts: {
  readonly invoices: Pick<InvoiceOperations, 'load'>;
  readonly collections: Pick<CollectionHandler, 'load'>;
  readonly notifications: Pick<Notifications, 'queue'>;
}): Policy {
  const { invoices, collections, notifications } = parts;

  async function sent(_event: InvoiceEventOf<'InvoiceSent'>, recorded: RecordedEvent): Promise<void> {
    const { invoiceId, state } = await issued(recorded);
    await notifications.queue({
      kind: 'invoice',
      subject: invoiceId,
      state: 'sent',
      customer: state.details.customerId,
      facts: {
        invoice: textFact(invoiceId),
        number: textFact(state.number),
        amount: moneyFact(dueOf(state)),
        due_on: { date: state.dueOn },
      },
      eventId: recorded.id,
    });
  }

  async function applied(
    event: InvoiceEventOf<'InvoicePaymentApplied'>,
    recorded: RecordedEvent,
  ): Promise<void> {
    const subject = await subjectOf(event);
    if (subject === undefined) return;
    const { invoiceId, state } = await issued(recorded);
    await notifications.queue({
      kind: 'receipt',
      subject,
      state: event.applicationId,
      customer: state.details.customerId,
      facts: {
        ...invoiceFacts(invoiceId, state),
        amount: moneyFact(event.amount),
        paid_on: { instant: event.at },
      },
      eventId: recorded.id,
    });
  }

  /** What a receipt of its own is for. */
  async function subjectOf({
    tender,
    applicationId,
  }: InvoiceEventOf<'InvoicePaymentApplied'>): Promise<string | undefined> {
    switch (tender.kind) {
      case 'manual':
        return tender.manualPaymentId;
      case 'credit':
        return (await isCreditAlone(applicationId)) ? tender.holdId : undefined;
      case 'card':
        return undefined;
    }
  }

  /** Where a card has paid the rest, its receipt is the one that the customer gets. */
  async function isCreditAlone(applicationId: string): Promise<boolean> {
    const collectionId = parseCollectionId(applicationId.split('/')[0] ?? '');
    if (collectionId === undefined) return true;
    const { state } = await collections.load(collectionId);
    if (state.status === 'absent') return true;
    return state.legs.every(({ status, tender }) => status !== 'settled' || tender.kind === 'credit');
  }

  async function issued(recorded: RecordedEvent) {
    const invoiceId = idOfStream(recorded.stream, parseInvoiceId);
    const { state } = await invoices.load(invoiceId);
    if (!isIssued(state)) throw new Error(`${invoiceId} was sent and is not issued`);
    return { invoiceId, state };
  }

  return createPolicy<InvoiceEvent>({
    name: 'invoice_notices',
    category: 'invoice',
    codec: invoiceCodec,
    reactions: { InvoiceSent: sent, InvoicePaymentApplied: applied },
  });
}
