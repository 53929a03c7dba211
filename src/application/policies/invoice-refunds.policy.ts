import type { InvoiceEvent, InvoiceEventOf } from '../../domain/invoice/events.js';
import { parseInvoiceId } from '../../domain/shared/ids.js';
import { isReversalOfRefund } from '../collection/refund-invoice.js';
import { invoiceCodec } from '../invoice/invoice.codec.js';
import type { InvoiceOperations } from '../invoice/invoice-operations.js';
import type { RecordedEvent } from '../ports/event-store.js';
import type { Policy } from '../shared/policy.js';
import { becauseOf, createPolicy } from '../shared/policy.js';
import { creditRefunded } from './credit-refunded.js';
import type { GiveBack } from './give-back.js';
import { idOfStream } from './policy-steps.js';

const name = 'invoice_refunds';

/**
 * What a refund of an invoice took off it goes back, should the request not have come so far, and gets its credit note. Refunds
 * of cards have both from the news of their payments.
 */
export function createInvoiceRefunds(parts: {
  readonly invoices: Pick<InvoiceOperations, 'load' | 'credit'>;
  readonly giveBack: GiveBack;
}): Policy {
  const { invoices, giveBack } = parts;

  async function reversed(
    event: InvoiceEventOf<'InvoicePaymentReversed'>,
    recorded: RecordedEvent,
  ): Promise<void> {
    const { applicationId, reversalId, tender, amount, cause } = event;
    if (tender.kind === 'card' || !isReversalOfRefund(reversalId)) return;
    const invoiceId = idOfStream(recorded.stream, parseInvoiceId);
    const { state } = await invoices.load(invoiceId);
    if (state.status === 'absent') return;
    const { customerId } = state.details;
    await giveBack({ customerId, applicationId, reversalId, tender, amount }, (step) =>
      becauseOf(recorded, name, step),
    );
    if (cause !== 'refunded') return;
    const refunded = { invoiceId, cause: reversalId, amount };
    await creditRefunded(invoices, refunded, becauseOf(recorded, name, 'credit'));
  }

  return createPolicy<InvoiceEvent>({
    name,
    category: 'invoice',
    codec: invoiceCodec,
    reactions: { InvoicePaymentReversed: reversed },
  });
}
