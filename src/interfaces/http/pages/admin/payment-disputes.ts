import { isOpenDispute, takenBy } from '../../../../domain/payment/dispute.js';
import type { ExistingPayment } from '../../../../domain/payment/state.js';
import { format } from '../../../../domain/shared/money.js';
import { formatTime } from '../shared/format.js';
import type { Table } from './cells.js';
import { amount, status, text, time, words } from './cells.js';

/** What the customer's bank asked about the payment or took back of it, and what became of that. */
export function disputesOf(state: ExistingPayment): readonly Table[] {
  if (state.status !== 'captured' || state.disputes.length === 0) return [];
  return [
    {
      caption: 'Disputes',
      more: `/admin/disputes?payment=${state.details.paymentId}`,
      columns: [
        { title: 'At Stripe' },
        { title: 'Status' },
        { title: 'Amount', amounts: true },
        { title: 'Reason' },
        { title: 'Evidence due by' },
        { title: 'Taken', amounts: true },
        { title: 'Opened' },
      ],
      rows: state.disputes.map((dispute) => {
        const taken = takenBy(dispute);
        return [
          text(dispute.providerDisputeId),
          status(dispute.status),
          amount(dispute.amount.minor, dispute.amount.currency),
          words(dispute.disputeReason),
          time(dispute.evidenceDueBy),
          amount(taken.minor, taken.currency),
          time(dispute.openedAt),
        ];
      }),
    },
  ];
}

/** Said first on the payment's page; null where no dispute waits for evidence. */
export function openDispute(state: ExistingPayment): string | null {
  if (state.status !== 'captured') return null;
  const open = state.disputes.find(isOpenDispute);
  if (open === undefined) return null;
  const due = open.evidenceDueBy === null ? '' : ` by ${formatTime(open.evidenceDueBy, 'UTC')} UTC`;
  switch (open.status) {
    case 'inquiry':
      return `The customer's bank asks about ${format(open.amount)}: answer it in the Stripe dashboard${due}, or refund the payment.`;
    case 'needs_response':
      return `The customer's bank took back ${format(open.amount)}: hand in evidence in the Stripe dashboard${due}. Do not refund it as well.`;
    default:
      return `A dispute of ${format(open.amount)} is answered, and the customer's bank looks at the evidence.`;
  }
}
