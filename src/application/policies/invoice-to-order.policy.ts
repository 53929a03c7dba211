import type { InvoiceEvent } from '../../domain/invoice/events.js';
import { parseInvoiceId } from '../../domain/shared/ids.js';
import { invoiceCodec } from '../invoice/invoice.codec.js';
import type { InvoiceOperations } from '../invoice/invoice-operations.js';
import type { MarkWhenCovered } from '../order/order-coverage.js';
import type { RecordedEvent } from '../ports/event-store.js';
import type { Policy } from '../shared/policy.js';
import { becauseOf, createPolicy } from '../shared/policy.js';
import { idOfStream } from './policy-steps.js';

const name = 'invoice_to_order';

/** An order is paid when what is set against its invoices, or is not asked for any more, covers its total as it is now. */
export function createInvoiceToOrder(parts: {
  readonly invoices: Pick<InvoiceOperations, 'load'>;
  readonly markWhenCovered: MarkWhenCovered;
}): Policy {
  const { invoices, markWhenCovered } = parts;

  async function look(_event: InvoiceEvent, recorded: RecordedEvent): Promise<void> {
    const { state } = await invoices.load(idOfStream(recorded.stream, parseInvoiceId));
    if (state.status === 'absent' || state.details.orderId === null) return;
    await markWhenCovered(state.details.orderId, null, becauseOf(recorded, name));
  }

  return createPolicy<InvoiceEvent>({
    name,
    category: 'invoice',
    codec: invoiceCodec,
    reactions: { InvoicePaymentApplied: look, InvoiceCredited: look, InvoiceDifferenceWrittenOff: look },
  });
}
