import type { InvoiceOperations } from '../../../application/invoice/invoice-operations.js';
import type { OrderHandler } from '../../../application/order/order-handler.js';
import { invoiceIdsOfOrder } from '../../../application/order/order-ids.js';
import type { ApprovedOrder } from '../../../domain/order/state.js';
import { isApproved } from '../../../domain/order/state.js';
import type { CustomerId, OrderId } from '../../../domain/shared/ids.js';
import type { Money } from '../../../domain/shared/money.js';
import type { RejectionKinds } from '../shared/problem.js';
import { problemOfRejection, Refused } from '../shared/problem.js';

type OrderRefusal = {
  readonly code:
    | 'order_not_found'
    | 'order_of_another_customer'
    | 'order_currency_mismatch'
    | 'order_not_approved'
    | 'order_canceled'
    | 'order_paid'
    | 'order_is_invoiced';
};

const kinds: RejectionKinds<OrderRefusal> = {
  order_not_found: 'resource_missing',
  order_of_another_customer: { status: 422, title: 'The order is of another customer' },
  order_currency_mismatch: { status: 422, title: 'The order is in another currency' },
  order_not_approved: { status: 422, title: 'The order is not approved yet' },
  order_canceled: { status: 422, title: 'The order is canceled' },
  order_paid: { status: 422, title: 'The order is paid' },
  order_is_invoiced: { status: 422, title: 'An order is paid through its invoice' },
};

/**
 * An order is paid through its invoices, each of which is collected by one collection at a time. A payment that merely named
 * the order would settle nothing, and the invoice would be collected beside it: the customer would pay twice. So there is
 * no such payment, and whoever asks for one is told why, and where to pay.
 * @throws Refused always
 */
export async function refusePaymentOfOrder(
  parts: {
    readonly orders: Pick<OrderHandler, 'load'>;
    readonly invoices: Pick<InvoiceOperations, 'load'>;
  },
  orderId: OrderId,
  payment: { readonly customerId: CustomerId | null } & Pick<Money, 'currency'>,
): Promise<never> {
  const { state } = await parts.orders.load(orderId);
  if (state.status === 'absent') throw refusal('order_not_found', 'There is no such order.');
  const { customerId, currency } = state.details;
  if (payment.customerId !== null && payment.customerId !== customerId) {
    throw refusal('order_of_another_customer', 'The order is of another customer than the payment.');
  }
  if (payment.currency !== currency) throw refusal('order_currency_mismatch', `The order is in ${currency}.`);
  if (state.status === 'canceled') throw refusal('order_canceled', 'Nothing more is asked for on it.');
  if (!isApproved(state)) {
    throw refusal('order_not_approved', `The order is ${state.status}; it is paid once it is approved.`);
  }
  throw await refusalOfApproved(parts.invoices, orderId, state);
}

async function refusalOfApproved(
  invoices: Pick<InvoiceOperations, 'load'>,
  orderId: OrderId,
  order: ApprovedOrder,
): Promise<Refused> {
  const ids = invoiceIdsOfOrder(orderId, order.changes);
  for (const invoiceId of ids) {
    const { state } = await invoices.load(invoiceId);
    if (state.status !== 'open') continue;
    return refusal('order_is_invoiced', `Pay its invoice: POST /v1/invoices/${invoiceId}/pay.`, {
      invoice: invoiceId,
    });
  }
  return order.status === 'payment_pending'
    ? refusal('order_is_invoiced', 'No invoice of it is open yet; it is paid by POST /v1/invoices/:id/pay.')
    : refusal('order_paid', 'No invoice of the order is open.');
}

function refusal(
  code: OrderRefusal['code'],
  detail: string,
  members: Readonly<Record<string, unknown>> = {},
): Refused {
  return new Refused(problemOfRejection(kinds, { code }, { detail, param: 'order', members }));
}
