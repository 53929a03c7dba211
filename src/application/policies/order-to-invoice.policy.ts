import type { OrderEvent } from '../../domain/order/messages.js';
import type { ExistingOrder } from '../../domain/order/state.js';
import type { InvoiceId, OrderId } from '../../domain/shared/ids.js';
import { parseOrderId } from '../../domain/shared/ids.js';
import type { Money } from '../../domain/shared/money.js';
import { compare, subtract } from '../../domain/shared/money.js';
import { creditNoteIdOf, invoiceIdOf } from '../invoice/invoice-ids.js';
import type { InvoiceOperations } from '../invoice/invoice-operations.js';
import { orderCodec } from '../order/order.codec.js';
import type { OrderHandler } from '../order/order-handler.js';
import type { Clock } from '../ports/clock.js';
import type { RecordedEvent } from '../ports/event-store.js';
import { commandIdOf } from '../shared/event-ids.js';
import type { Policy } from '../shared/policy.js';
import { becauseOf, createPolicy } from '../shared/policy.js';
import { issueInvoice } from './issue-invoice.js';
import { idOfStream, mustBeAccepted } from './policy-steps.js';

const name = 'order_to_invoice';

/** The one invoice of an order's total; a change order that raises the total has one of its own. */
export function invoiceIdOfOrder(orderId: OrderId): InvoiceId {
  return invoiceIdOf(commandIdOf('invoice of order', orderId));
}

/** An approved order is invoiced whole. A change order is a credit note, or an invoice of the difference. */
export function createOrderToInvoice(parts: {
  readonly orders: Pick<OrderHandler, 'load'>;
  readonly invoices: InvoiceOperations;
  readonly clock: Clock;
}): Policy {
  const { orders, invoices, clock } = parts;

  function issue(
    invoiceId: InvoiceId,
    { details: { customerId, orderId, currency } }: ExistingOrder,
    line: { readonly description: string; readonly amount: Money },
    recorded: RecordedEvent,
  ): Promise<void> {
    return issueInvoice(invoices, clock, {
      details: { invoiceId, customerId, orderId, currency, purpose: 'sale' },
      ...line,
      metadataOf: (step) => becauseOf(recorded, name, step),
    });
  }

  async function orderOf(recorded: RecordedEvent): Promise<ExistingOrder> {
    const { state } = await orders.load(idOfStream(recorded.stream, parseOrderId));
    if (state.status === 'absent') throw new Error(`${recorded.stream} has no order`);
    return state;
  }

  async function approved(
    { total }: Extract<OrderEvent, { type: 'OrderApproved' }>,
    recorded: RecordedEvent,
  ): Promise<void> {
    const order = await orderOf(recorded);
    const description = order.details.description ?? `Order ${order.details.orderId}`;
    await issue(invoiceIdOfOrder(order.details.orderId), order, { description, amount: total }, recorded);
  }

  async function amended(
    { from, to }: Extract<OrderEvent, { type: 'OrderTotalAmended' }>,
    recorded: RecordedEvent,
  ): Promise<void> {
    const order = await orderOf(recorded);
    const { orderId } = order.details;
    if (compare(to, from) > 0) {
      const description = `Change of order ${orderId}`;
      const invoiceId = invoiceIdOf(commandIdOf('invoice of change order', recorded.id));
      await issue(invoiceId, order, { description, amount: subtract(to, from) }, recorded);
      return;
    }
    const credited = await invoices.credit(
      invoiceIdOfOrder(orderId),
      {
        creditNoteId: creditNoteIdOf(commandIdOf('credit note of change order', recorded.id)),
        scope: { by: 'total', amount: subtract(from, to) },
        creditReason: 'order_change',
      },
      becauseOf(recorded, name, 'credit'),
    );
    mustBeAccepted(credited, `credit the change of ${orderId}`);
  }

  return createPolicy<OrderEvent>({
    name,
    category: 'order',
    codec: orderCodec,
    reactions: { OrderApproved: approved, OrderTotalAmended: amended },
  });
}
