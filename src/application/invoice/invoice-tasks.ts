import type { EventStore } from '../ports/event-store.js';
import type { AgendaTasks } from '../shared/agenda.js';
import { recordedAt } from '../shared/recorded-at.js';
import { idOf } from '../shared/stream-parts.js';
import { creditNote, finalization } from './invoice-agenda.js';
import type { InvoiceOperations } from './invoice-operations.js';

/** Finishes documents that wait for their number because whoever asked for it died, or the stores did not answer. */
export function createInvoiceTasks(parts: {
  readonly eventStore: Pick<EventStore, 'readStream'>;
  readonly invoices: Pick<InvoiceOperations, 'complete'>;
}): AgendaTasks {
  const { eventStore, invoices } = parts;
  const complete: AgendaTasks[string] = async ({ stream, event_id: id, revision }) => {
    const request = await recordedAt(eventStore, { stream, revision, event_id: id });
    const invoiceId = idOf(stream);
    await invoices.complete(invoiceId, {
      correlationId: request.metadata.correlationId,
      causationId: id,
    });
  };
  return { [finalization]: complete, [creditNote]: complete };
}
