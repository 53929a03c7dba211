import type { InvoiceEvent, InvoiceEventOf } from '../../domain/invoice/events.js';
import { isIssued } from '../../domain/invoice/state.js';
import { parseInvoiceId } from '../../domain/shared/ids.js';
import type { RefundCardPart } from '../collection/refund-card-part.js';
import { invoiceCodec } from '../invoice/invoice.codec.js';
import type { InvoiceOperations } from '../invoice/invoice-operations.js';
import type { RecordedEvent } from '../ports/event-store.js';
import type { Policy } from '../shared/policy.js';
import { becauseOf, createPolicy } from '../shared/policy.js';
import { creditRefunded } from './credit-refunded.js';
import type { GiveBack } from './give-back.js';
import type { LowerInvoices } from './lower-invoices.js';
import { idOfStream } from './policy-steps.js';

const name = 'invoice_refunds';

/**
 * Carries out every part of a refund of an invoice that was recorded, should the request not have come so far, and credits
 * what was taken off. Of cards it asks for the refunds; all else follows from the news of their payments.
 */
export function createInvoiceRefunds(parts: {
  readonly invoices: Pick<InvoiceOperations, 'load' | 'credit'>;
  readonly refundCardPart: RefundCardPart;
  readonly giveBack: GiveBack;
  readonly lowerInvoices: Pick<LowerInvoices, 'creditForgiven'>;
}): Policy {
  const { invoices, refundCardPart, giveBack, lowerInvoices } = parts;

  async function requested(
    { invoiceRefundId, refundReason }: InvoiceEventOf<'InvoiceRefundRequested'>,
    recorded: RecordedEvent,
  ): Promise<void> {
    const invoiceId = idOfStream(recorded.stream, parseInvoiceId);
    const { state } = await invoices.load(invoiceId);
    const asked = isIssued(state)
      ? state.refunds.find((refund) => refund.invoiceRefundId === invoiceRefundId)
      : undefined;
    if (asked === undefined) return;
    const { requestedBy } = asked;
    for (const part of asked.parts) {
      if (part.tender.kind !== 'card') continue;
      const { paymentId } = part.tender;
      await refundCardPart({ invoiceId, paymentId, refundReason, requestedBy, part }, (step) =>
        becauseOf(recorded, name, `${step} ${part.reversalId}`),
      );
    }
  }

  async function reversed(
    event: InvoiceEventOf<'InvoicePaymentReversed'>,
    recorded: RecordedEvent,
  ): Promise<void> {
    const { applicationId, reversalId, tender, amount, cause, invoiceRefundId } = event;
    if (tender.kind === 'card' || invoiceRefundId === undefined) return;
    const invoiceId = idOfStream(recorded.stream, parseInvoiceId);
    const { state } = await invoices.load(invoiceId);
    if (state.status === 'absent') return;
    const { customerId } = state.details;
    await giveBack({ customerId, applicationId, reversalId, tender, amount }, (step) =>
      becauseOf(recorded, name, step),
    );
    if (cause !== 'refunded') return;
    const refunded = { invoiceId, reversalId, amount };
    await creditRefunded({ invoices, lowerInvoices }, refunded, (step) => becauseOf(recorded, name, step));
  }

  return createPolicy<InvoiceEvent>({
    name,
    category: 'invoice',
    codec: invoiceCodec,
    reactions: { InvoiceRefundRequested: requested, InvoicePaymentReversed: reversed },
  });
}
