import type { Journal, JournalLine } from '../../domain/ledger/journal.js';
import { credit, debit, journal } from '../../domain/ledger/journal.js';
import type { PaymentEvent, PaymentEventOf } from '../../domain/payment/events.js';
import type { Money } from '../../domain/shared/money.js';
import { isZero, negate } from '../../domain/shared/money.js';

/**
 * What a payment's fact means in the books: exactly one journal for each fact that moves money, none for the others.
 * Requests move nothing; only what the provider carried out does.
 */
export function journalOf(event: PaymentEvent): Journal | undefined {
  switch (event.type) {
    case 'PaymentCaptured':
      return journal(
        'Payment captured',
        debit('processor_balance', event.amount),
        credit('unapplied_payments', event.amount),
      );
    case 'PaymentFeeRecorded':
      return feeJournal(event);
    case 'RefundInitiated':
    case 'RefundAdopted':
      return journal(
        'Refund initiated',
        debit('unapplied_payments', event.amount),
        credit('processor_balance', event.amount),
      );
    case 'RefundFailed':
    case 'RefundCanceled':
      return journal(
        event.type === 'RefundFailed' ? 'Refund failed' : 'Refund canceled',
        debit('processor_balance', event.amount),
        credit('unapplied_payments', event.amount),
      );
    case 'DisputeFundsWithdrawn':
      return disputeJournal('Taken by a dispute', event, event.amount, negate(event.gross));
    case 'DisputeFundsReinstated':
      return disputeJournal('Given back after a dispute', event, negate(event.amount), event.gross);
    case 'PaymentCreated':
    case 'PaymentConfirmRequested':
    case 'PaymentActionRequired':
    case 'PaymentProcessingStarted':
    case 'PaymentDeclined':
    case 'PaymentAuthorized':
    case 'PaymentCaptureRequested':
    case 'PaymentCaptureRefused':
    case 'PaymentCancelRequested':
    case 'PaymentCancelRefused':
    case 'PaymentCanceled':
    case 'PaymentFailed':
    case 'RefundRequested':
    case 'RefundApprovalRequested':
    case 'RefundApproved':
    case 'RefundRejected':
    case 'RefundRefused':
    case 'RefundSucceeded':
    case 'RefundCancelRequested':
    case 'RefundCancelRefused':
    case 'PaymentKeptAsCredit':
    case 'PaymentCreditRefunded':
    case 'DisputeOpened':
    case 'DisputeEscalated':
    case 'DisputeAnswered':
    case 'DisputeClosed':
      return undefined;
  }
}

/** A charge settled in its own currency costs its fee; one settled in another moves through the FX position. */
function feeJournal(event: PaymentEventOf<'PaymentFeeRecorded'>): Journal | undefined {
  const lines = [...conversion(event.charged, event.gross), ...movement('processor_fees', event.fee)];
  return lines.length === 0 ? undefined : journal('Processor fee', ...lines);
}

/**
 * What a dispute takes is a loss at once, and what comes back makes it less: whether it is lost is known months later, and the money
 * is gone now. The customer's invoice stays paid.
 * @param lost in the payment's currency, below zero where it came back
 * @param settled what it did to our balance, in that currency
 */
function disputeJournal(
  description: string,
  { fee }: PaymentEventOf<'DisputeFundsWithdrawn' | 'DisputeFundsReinstated'>,
  lost: Money,
  settled: Money,
): Journal | undefined {
  const lines = [
    ...movement('dispute_losses', lost),
    ...conversion(negate(lost), settled),
    ...movement('dispute_fees', fee),
  ];
  return lines.length === 0 ? undefined : journal(description, ...lines);
}

function conversion(charged: Money, settled: Money): readonly JournalLine[] {
  if (charged.currency === settled.currency) return [];
  return [...movement('fx_position', charged), ...movement('fx_position', negate(settled))];
}

/** From our balance at the provider to an account. */
function movement(
  to: 'processor_fees' | 'fx_position' | 'dispute_losses' | 'dispute_fees',
  amount: Money,
): readonly JournalLine[] {
  if (isZero(amount)) return [];
  return [debit(to, amount), credit('processor_balance', amount)];
}
