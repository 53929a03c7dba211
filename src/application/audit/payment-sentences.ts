import type { DisputeOutcome, PaymentEvent, PaymentEventOf } from '../../domain/payment/events.js';
import type { Instant } from '../../domain/shared/instant.js';
import { format, isZero } from '../../domain/shared/money.js';

/** What happened to a payment, in one sentence; amounts in major units. */
export function describePaymentEvent(event: PaymentEvent): string {
  switch (event.type) {
    case 'PaymentCreated': {
      const capture = event.captureMethod === 'manual' ? ', to be authorized first and captured later' : '';
      return `Created a payment of ${format(event.amount)}${capture}.`;
    }
    case 'PaymentConfirmRequested':
      return `Asked the provider to confirm with payment method ${event.paymentMethod} (attempt ${event.attempt}).`;
    case 'PaymentActionRequired':
      return `The customer must act before attempt ${event.attempt} can go on, such as by 3-D Secure.`;
    case 'PaymentProcessingStarted':
      return `The provider is processing attempt ${event.attempt}.`;
    case 'PaymentDeclined': {
      const reason = event.declineCode === null ? event.code : `${event.code}, ${event.declineCode}`;
      return `Attempt ${event.attempt} was declined (${reason}): ${event.message}`;
    }
    case 'PaymentAuthorized':
      return `Authorized ${format(event.amount)}.`;
    case 'PaymentCaptureRequested':
      return `Asked the provider to capture ${format(event.amount)}.`;
    case 'PaymentCaptureRefused':
      return `The provider refused the capture (${event.code}): ${event.message}`;
    case 'PaymentCaptured':
      return `Captured ${format(event.amount)}; ${format(event.released)} of the authorization was released.`;
    case 'PaymentFeeRecorded':
      return `The provider kept a fee of ${format(event.fee)} from ${format(event.gross)}.`;
    case 'PaymentCancelRequested':
      return 'Asked the provider to cancel the payment.';
    case 'PaymentCancelRefused':
      return `The provider refused the cancellation (${event.code}): ${event.message}`;
    case 'PaymentCanceled':
      return isZero(event.released)
        ? 'Canceled the payment; nothing was held.'
        : `Canceled the payment; ${format(event.released)} of the authorization was released.`;
    case 'PaymentFailed':
      return `The payment failed for good (${event.code}): ${event.message}`;
    case 'RefundRequested': {
      const reason = event.refundReason === null ? '' : ` (${event.refundReason.replaceAll('_', ' ')})`;
      return `Asked the provider to refund ${format(event.amount)}${reason}.`;
    }
    case 'RefundApprovalRequested': {
      const reason = event.refundReason === null ? '' : ` (${event.refundReason.replaceAll('_', ' ')})`;
      return `A refund of ${format(event.amount)}${reason} waits for another person to approve it.`;
    }
    case 'RefundApproved':
      return `Approved the refund of ${format(event.amount)}; the provider is asked for it.`;
    case 'RefundRejected':
      return `The refund of ${format(event.amount)} was not approved; nothing was given back.`;
    case 'RefundRefused':
      return `The provider refused the refund (${event.code}): ${event.message}`;
    case 'RefundInitiated':
      return `The provider took on a refund of ${format(event.amount)}.`;
    case 'RefundAdopted':
      return `Recorded a refund of ${format(event.amount)} that was made at the provider.`;
    case 'RefundSucceeded':
      return 'The refund reached the customer.';
    case 'RefundFailed':
      return `The refund of ${format(event.amount)} failed and the money came back (${event.failureReason}).`;
    case 'RefundCancelRequested':
      return 'Asked the provider to cancel the refund.';
    case 'RefundCancelRefused':
      return `The provider refused to cancel the refund (${event.code}): ${event.message}`;
    case 'RefundCanceled':
      return `The refund of ${format(event.amount)} was canceled and the money came back.`;
    case 'DisputeOpened':
      return openedSentence(event);
    case 'DisputeEscalated':
      return `The inquiry became a dispute of ${format(event.amount)}${dueText(event.evidenceDueBy)}.`;
    case 'DisputeFundsWithdrawn':
      return `The dispute took ${format(event.gross)} of our balance, and a fee of ${format(event.fee)}.`;
    case 'DisputeFundsReinstated':
      return `The dispute gave ${format(event.gross)} back to our balance.`;
    case 'DisputeAnswered':
      return 'Evidence against the dispute was handed in, and the bank looks at it.';
    case 'DisputeClosed':
      return `The ${event.outcome === 'inquiry_closed' ? 'inquiry' : 'dispute'} of ${format(event.amount)} ${ends[event.outcome]}.`;
    case 'PaymentCreditRefunded':
      return `The money behind ${format(event.amount)} of credit ${event.creditId} was refunded at the provider.`;
    case 'PaymentKeptAsCredit':
      return `Kept ${format(event.amount)} as credit ${event.creditId} (${event.cause.replaceAll('_', ' ')}).`;
  }
}

const ends: Readonly<Record<DisputeOutcome, string>> = {
  won: 'was won',
  lost: 'was lost',
  inquiry_closed: 'was closed',
  prevented: 'was prevented',
};

function openedSentence({
  stage,
  amount,
  disputeReason,
  evidenceDueBy,
}: PaymentEventOf<'DisputeOpened'>): string {
  const what = stage === 'inquiry' ? 'asks about' : 'takes back';
  const reason = disputeReason.replaceAll('_', ' ');
  return `The customer's bank ${what} ${format(amount)} (${reason})${dueText(evidenceDueBy)}.`;
}

function dueText(dueBy: Instant | null): string {
  return dueBy === null ? '' : `; evidence is due by ${dueBy}`;
}
