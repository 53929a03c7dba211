import type { OrderRow } from '../../../application/ports/order-queries.js';
import type { ExistingOrder } from '../../../domain/order/state.js';
import { isApproved } from '../../../domain/order/state.js';
import { termsObject } from '../plan/terms-object.js';

/** An order as the API shows it, from the aggregate and from the read model alike. */
export function orderObject(row: OrderRow, livemode: boolean) {
  return {
    id: row.id,
    object: 'order' as const,
    status: row.status,
    customer: row.customer,
    currency: row.currency,
    total: row.total,
    amount_settled: row.amount_settled,
    terms: row.terms === null ? null : termsObject(row.terms),
    approved_on: row.approved_on,
    description: row.description,
    metadata: row.metadata,
    revision: row.revision,
    livemode,
    created_at: row.created_at,
  };
}

export function orderRowOf(order: ExistingOrder, revision: bigint): OrderRow {
  const { details } = order;
  const known = order.status === 'canceled' ? order.from : order;
  const approved = isApproved(known) ? known : null;
  return {
    id: details.orderId,
    status: order.status,
    customer: details.customerId,
    currency: details.currency,
    total: known.total === null ? null : known.total.minor,
    amount_settled: approved?.settled?.minor ?? null,
    terms: approved?.terms ?? null,
    approved_on: approved?.approvedOn ?? null,
    description: details.description,
    metadata: details.metadata,
    revision,
    created_at: order.openedAt,
  };
}
