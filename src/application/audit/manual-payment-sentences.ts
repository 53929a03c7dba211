import type { ManualPaymentEvent } from '../../domain/manual-payment/messages.js';
import type { ReferenceClaimEvent } from '../../domain/manual-payment/reference-claim.js';
import { format } from '../../domain/shared/money.js';

/** What happened to a manual payment, in one sentence; amounts in major units. */
export function describeManualPaymentEvent(event: ManualPaymentEvent): string {
  switch (event.type) {
    case 'ManualPaymentRecorded':
      return `${event.recordedBy} recorded ${format(event.amount)} by ${event.method}, received on ${event.receivedOn}.`;
    case 'ManualPaymentVerified':
      return `${event.verifiedBy} verified that ${format(event.amount)} came in.`;
    case 'ManualPaymentRejected':
      return `${event.rejectedBy} rejected it: no money came in.`;
    case 'ManualPaymentReversed': {
      const fee = event.fee === null ? '' : `, at a cost of ${format(event.fee)}`;
      return `${format(event.amount)} is gone again (${event.cause.replaceAll('_', ' ')})${fee}.`;
    }
    case 'ManualPaymentApplied':
      return `${format(event.amount)} was set against invoice ${event.invoiceId}.`;
    case 'ManualPaymentUnapplied':
      return `${format(event.amount)} of application ${event.applicationId} was taken back.`;
    case 'ManualPaymentKeptAsCredit':
      return `${format(event.amount)} that no invoice takes became credit ${event.creditId}.`;
  }
}

export function describeReferenceClaimEvent(event: ReferenceClaimEvent): string {
  return `Manual payment ${event.manualPaymentId} has this reference, amount and date.`;
}
