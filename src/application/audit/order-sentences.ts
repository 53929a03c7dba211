import type { OrderEvent } from '../../domain/order/messages.js';
import { format } from '../../domain/shared/money.js';

/** What happened to an order, in one sentence; amounts in major units. */
export function describeOrderEvent(event: OrderEvent): string {
  switch (event.type) {
    case 'OrderOpened':
      return `Opened an order of customer ${event.customerId} in ${event.currency}.`;
    case 'OrderTotalSet':
      return `The order costs ${format(event.total)}.`;
    case 'OrderAnalysisStarted':
      return 'The order is being analyzed.';
    case 'OrderReviewStarted':
      return 'The order is being reviewed.';
    case 'OrderApproved': {
      const count = event.terms.parts.length;
      return `Approved ${format(event.total)} on ${event.approvedOn}, to be paid in ${count} ${count === 1 ? 'part' : 'parts'}.`;
    }
    case 'OrderTotalAmended':
      return `A change order took the total from ${format(event.from)} to ${format(event.to)}.`;
    case 'OrderPaid':
      return `The order is paid: ${format(event.settled)} is settled.`;
    case 'OrderWorkStarted':
      return 'Work on the order has begun.';
    case 'OrderCompleted':
      return 'The order is completed.';
    case 'OrderCanceled':
      return event.settled === null
        ? 'Canceled the order; nothing had been paid.'
        : `Canceled the order, of which ${format(event.settled)} had been paid.`;
  }
}
