import { isIssued, paidOf } from '../../domain/invoice/state.js';
import { isApproved } from '../../domain/order/state.js';
import type { OrderId } from '../../domain/shared/ids.js';
import type { Money } from '../../domain/shared/money.js';
import { add, zero } from '../../domain/shared/money.js';
import type { InvoiceHandler } from '../invoice/invoice-operations.js';
import type { Clock } from '../ports/clock.js';
import type { EventMetadata } from '../ports/event-store.js';
import type { OrderHandler } from './order-handler.js';
import { invoiceIdsOfOrder } from './order-ids.js';

/**
 * Marks an order paid when what is settled on all its invoices covers it, and does nothing otherwise.
 * @param deposit what the first part came to, where it is settled and the terms release the order on it
 */
export type MarkWhenCovered = (
  orderId: OrderId,
  deposit: Money | null,
  metadata: EventMetadata,
) => Promise<void>;

export function createMarkWhenCovered(parts: {
  readonly orders: OrderHandler;
  readonly invoices: Pick<InvoiceHandler, 'load'>;
  readonly clock: Clock;
}): MarkWhenCovered {
  const { orders, invoices, clock } = parts;

  return async (orderId, deposit, metadata) => {
    const { state: order } = await orders.load(orderId);
    if (order.status === 'absent' || !isApproved(order) || order.settled !== null) return;
    let [settled, forgiven] = [zero(order.total.currency), zero(order.total.currency)];
    for (const invoiceId of invoiceIdsOfOrder(orderId, order.changes)) {
      const { state: invoice } = await invoices.load(invoiceId);
      if (!isIssued(invoice)) continue;
      settled = add(settled, paidOf(invoice));
      for (const { amount } of invoice.differences) forgiven = add(forgiven, amount);
      for (const { number, creditReason, total } of invoice.creditNotes) {
        // What a change order takes back is off the order's total already.
        if (number !== null && creditReason !== 'order_change') forgiven = add(forgiven, total);
      }
    }
    const command = { type: 'MarkOrderPaid', at: clock.now(), settled, forgiven, deposit } as const;
    const marked = await orders.handle(orderId, command, metadata);
    // More is to come, or the order was canceled in between.
    const canWait = ['order_not_covered', 'order_transition_refused'];
    if (marked.outcome === 'rejected' && !canWait.includes(marked.rejection.code)) {
      throw new Error(`could not mark ${orderId} paid: ${marked.rejection.code}`);
    }
  };
}
