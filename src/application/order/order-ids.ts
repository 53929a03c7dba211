import type { InvoiceId, OrderId } from '../../domain/shared/ids.js';
import { parseOrderId } from '../../domain/shared/ids.js';
import { invoiceIdOf } from '../invoice/invoice-ids.js';
import { commandIdOf } from '../shared/event-ids.js';
import { mintedBy } from '../shared/minted-ids.js';

/** The id of the order that a command opens: the same each time the command is carried out. */
export function orderIdOf(commandId: string): OrderId {
  return mintedBy(parseOrderId, 'ord', commandId);
}

/** The one invoice of the total that an order was approved with. */
export function invoiceIdOfOrder(orderId: OrderId): InvoiceId {
  return invoiceIdOf(commandIdOf('invoice of order', orderId));
}

/** The invoice of what a change order asks for more. @param change counts the changes of the order from 1 */
export function changeInvoiceIdOf(orderId: OrderId, change: number): InvoiceId {
  return invoiceIdOf(commandIdOf('invoice of change order', `${orderId} ${change}`));
}

/** Every invoice that an order may have after so many changes, the newest first; changes for less have none. */
export function invoiceIdsOfOrder(orderId: OrderId, changes: number): readonly InvoiceId[] {
  const ofChanges = Array.from({ length: changes }, (_none, n) => changeInvoiceIdOf(orderId, n + 1));
  return [...ofChanges.reverse(), invoiceIdOfOrder(orderId)];
}
