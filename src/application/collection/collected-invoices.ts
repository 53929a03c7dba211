import type { CollectionDetails, CollectionRefusal, LegTender } from '../../domain/collection/events.js';
import type { LegState } from '../../domain/collection/state.js';
import type { Tender } from '../../domain/shared/tender.js';
import type { InvoiceHandler } from '../invoice/invoice-operations.js';
import type { Clock } from '../ports/clock.js';
import type { EventMetadata } from '../ports/event-store.js';
import { commandIdOf } from '../shared/event-ids.js';

/** What a collection does to the invoice that it collects. Each call may be repeated. */
export type CollectedInvoices = {
  /** Null when the invoice is this collection's alone now; else why it is not. */
  claim(details: CollectionDetails, cause: EventMetadata): Promise<CollectionRefusal | null>;
  /** Sets what a leg brought against the invoice. */
  apply(details: CollectionDetails, leg: LegState, cause: EventMetadata): Promise<void>;
  release(details: CollectionDetails, cause: EventMetadata): Promise<void>;
};

/** What a leg brought to an invoice is found again by this name. */
export function applicationIdOf(
  { collectionId }: Pick<CollectionDetails, 'collectionId'>,
  leg: number,
): string {
  return `${collectionId}/${leg}`;
}

export function createCollectedInvoices(parts: {
  readonly invoices: InvoiceHandler;
  readonly clock: Clock;
}): CollectedInvoices {
  const { invoices, clock } = parts;

  return {
    async claim(details, cause) {
      const { invoiceId, collectionId, amount, due = null } = details;
      const claimed = await invoices.handle(
        invoiceId,
        { type: 'ClaimCollection', at: clock.now(), collectionId, amount, due },
        { ...cause, commandId: commandIdOf('collection claim', collectionId) },
      );
      if (claimed.outcome !== 'rejected') return null;
      const { code } = claimed.rejection;
      return { code, message: 'The invoice cannot be collected now.' };
    },

    async apply(details, { leg, tender, amount }, cause) {
      const { invoiceId, collectionId } = details;
      const applied = await invoices.handle(
        invoiceId,
        {
          type: 'ApplyPayment',
          at: clock.now(),
          applicationId: applicationIdOf(details, leg),
          collectionId,
          tender: carrierOf(tender),
          amount,
        },
        { ...cause, commandId: commandIdOf('collection application', applicationIdOf(details, leg)) },
      );
      // The claim keeps as much due as it is for, so this is a history that cannot be.
      if (applied.outcome === 'rejected') {
        throw new Error(`${collectionId} cannot apply leg ${leg} to ${invoiceId}: ${applied.rejection.code}`);
      }
    },

    async release(details, cause) {
      const { invoiceId, collectionId } = details;
      await invoices.handle(
        invoiceId,
        { type: 'ReleaseCollection', at: clock.now(), collectionId },
        { ...cause, commandId: commandIdOf('collection release', collectionId) },
      );
    },
  };
}

function carrierOf(tender: LegTender): Tender {
  switch (tender.kind) {
    case 'card':
      return { kind: 'card', paymentId: tender.paymentId };
    case 'credit':
      return { kind: 'credit', holdId: tender.holdId };
    case 'manual':
      return { kind: 'manual', manualPaymentId: tender.manualPaymentId };
  }
}
