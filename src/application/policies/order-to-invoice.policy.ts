import type { OrderEvent } from '../../domain/order/messages.js';
import type { ExistingOrder } from '../../domain/order/state.js';
import type { InvoiceId } from '../../domain/shared/ids.js';
import { parseOrderId } from '../../domain/shared/ids.js';
import type { Money } from '../../domain/shared/money.js';
import { compare, subtract } from '../../domain/shared/money.js';
import type { CreditHandler } from '../credit/credit-agenda.js';
import type { Exposures } from '../exposure/exposures.js';
import { reservationOf } from '../exposure/exposures.js';
import type { InvoiceOperations } from '../invoice/invoice-operations.js';
import type { ManualPaymentHandler } from '../manual-payment/record-manual-payment.js';
import { orderCodec } from '../order/order.codec.js';
import type { OrderHandler } from '../order/order-handler.js';
import { changeInvoiceIdOf, invoiceIdOfOrder, invoiceIdsOfOrder } from '../order/order-ids.js';
import type { PaymentHandler } from '../payment/payment-effects.js';
import { planIdOf } from '../plan/plan-ids.js';
import type { PlanHandler } from '../plan/plan-tasks.js';
import type { Clock } from '../ports/clock.js';
import type { RecordedEvent } from '../ports/event-store.js';
import type { Policy } from '../shared/policy.js';
import { becauseOf, createPolicy } from '../shared/policy.js';
import { issueInvoice } from './issue-invoice.js';
import { createLowerInvoices } from './lower-invoices.js';
import { idOfStream, mustBeAccepted } from './policy-steps.js';

const name = 'order_to_invoice';

/**
 * An approved order is invoiced whole. A change order for more is an invoice of the difference, one for less a credit
 * note. Of a canceled order nothing more is asked for; what was paid stays for a person to give back.
 */
export function createOrderToInvoice(parts: {
  readonly orders: Pick<OrderHandler, 'load'>;
  readonly plans: Pick<PlanHandler, 'load' | 'handle'>;
  readonly invoices: InvoiceOperations;
  readonly payments: Pick<PaymentHandler, 'handle'>;
  readonly credits: Pick<CreditHandler, 'handle'>;
  readonly manualPayments: Pick<ManualPaymentHandler, 'handle'>;
  readonly exposures: Exposures;
  readonly clock: Clock;
}): Policy {
  const { orders, plans, invoices, exposures, clock } = parts;
  const lowerInvoices = createLowerInvoices(parts);

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

  /** From here on it is the plan of this invoice that may be owed on, and no more what the command had taken for it. */
  async function owe(
    invoiceId: InvoiceId,
    { details: { customerId } }: ExistingOrder,
    amount: Money,
    recorded: RecordedEvent,
  ): Promise<void> {
    const replaces = reservationOf(recorded.metadata.commandId);
    const owing = { planId: planIdOf(invoiceId), amount, limit: null, replaces };
    await exposures.take(customerId, owing, becauseOf(recorded, name, 'owe'));
  }

  async function orderOf(recorded: RecordedEvent): Promise<ExistingOrder> {
    const { state } = await orders.load(idOfStream(recorded.stream, parseOrderId));
    if (state.status === 'absent') throw new Error(`${recorded.stream} has no order`);
    return state;
  }

  const lessBy = (recorded: RecordedEvent) => ({
    cause: recorded.id,
    creditReason: 'order_change' as const,
    metadataOf: (step: string) => becauseOf(recorded, name, step),
  });

  async function approved(
    { total }: Extract<OrderEvent, { type: 'OrderApproved' }>,
    recorded: RecordedEvent,
  ): Promise<void> {
    const order = await orderOf(recorded);
    const description = order.details.description ?? `Order ${order.details.orderId}`;
    const invoiceId = invoiceIdOfOrder(order.details.orderId);
    await owe(invoiceId, order, total, recorded);
    await issue(invoiceId, order, { description, amount: total }, recorded);
  }

  async function amended(
    { from, to, change = 1 }: Extract<OrderEvent, { type: 'OrderTotalAmended' }>,
    recorded: RecordedEvent,
  ): Promise<void> {
    const order = await orderOf(recorded);
    const { orderId } = order.details;
    if (compare(to, from) > 0) {
      const description = `Change of order ${orderId}`;
      const line = { description, amount: subtract(to, from) };
      const invoiceId = changeInvoiceIdOf(orderId, change);
      await owe(invoiceId, order, line.amount, recorded);
      await issue(invoiceId, order, line, recorded);
      return;
    }
    // Those of later changes are none of its business.
    const ids = invoiceIdsOfOrder(orderId, change);
    await lowerInvoices.creditLess(ids, subtract(from, to), lessBy(recorded));
  }

  async function canceled(
    _event: Extract<OrderEvent, { type: 'OrderCanceled' }>,
    recorded: RecordedEvent,
  ): Promise<void> {
    const order = await orderOf(recorded);
    if (order.status !== 'canceled') return;
    const { orderId, customerId } = order.details;
    const changes = 'changes' in order.from ? order.from.changes : 0;
    const ids = invoiceIdsOfOrder(orderId, changes);
    for (const planId of ids.map(planIdOf)) {
      await exposures.release(customerId, planId, becauseOf(recorded, name, 'release'));
      const { status } = (await plans.load(planId)).state;
      if (status !== 'active' && status !== 'defaulted') continue;
      const command = { type: 'CancelPlan', at: clock.now() } as const;
      const ended = await plans.handle(planId, command, becauseOf(recorded, name, `cancel ${planId}`));
      mustBeAccepted(ended, `cancel ${planId}`);
    }
    await lowerInvoices.creditDue(ids, lessBy(recorded));
  }

  return createPolicy<OrderEvent>({
    name,
    category: 'order',
    codec: orderCodec,
    reactions: { OrderApproved: approved, OrderTotalAmended: amended, OrderCanceled: canceled },
  });
}
