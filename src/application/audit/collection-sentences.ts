import type { CollectionEvent, LegTender } from '../../domain/collection/events.js';
import { format } from '../../domain/shared/money.js';

/** What happened to a collection, in one sentence; amounts in major units. */
export function describeCollectionEvent(event: CollectionEvent): string {
  switch (event.type) {
    case 'CollectionStarted': {
      const legs = event.legs.map(({ tender, amount }) => `${format(amount)} ${byTender(tender)}`).join(', ');
      const all = event.mode === 'all_or_nothing' ? 'all of it or nothing' : 'as much as there is';
      return `Started to collect ${format(event.amount)} of invoice ${event.invoiceId}, ${all}: ${legs}.`;
    }
    case 'CollectionClaimGranted':
      return 'The invoice is collected by nobody else meanwhile.';
    case 'CollectionClaimRefused':
      return `The invoice could not be collected (${event.code}): ${event.message}`;
    case 'CollectionLegReserved':
      return `Leg ${event.leg} is certain.`;
    case 'CollectionLegSettled':
      return `Leg ${event.leg} brought ${format(event.amount)}.`;
    case 'CollectionLegFailed':
      return `Leg ${event.leg} came to nothing (${event.code}): ${event.message}`;
    case 'CollectionLegReleased':
      return `Leg ${event.leg} was given back.`;
    case 'CollectionAbandoned':
      return `The collection was given up (${event.code}): ${event.message}`;
    case 'CollectionSucceeded':
      return `Collected ${format(event.settled)}.`;
    case 'CollectionFailed':
      return `Collected nothing (${event.code}): ${event.message}`;
  }
}

function byTender(tender: LegTender): string {
  switch (tender.kind) {
    case 'credit':
      return 'from credit';
    case 'card':
      return `with ${tender.paymentMethod}`;
    case 'manual':
      return `by ${tender.manualPaymentId}`;
  }
}
