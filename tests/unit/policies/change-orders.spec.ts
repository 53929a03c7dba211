import { describe, expect, it } from '@jest/globals';
import { changeInvoiceIdOf } from '../../../src/application/order/order-ids.js';
import { createRefundRule } from '../../../src/application/payment/refund-rule.js';
import { planIdOf } from '../../../src/application/plan/plan-ids.js';
import { dueOf, paidOf } from '../../../src/domain/invoice/state.js';
import { openParts, outstanding } from '../../../src/domain/plan/state.js';
import { deposit, installments, manual, netTerms, standard } from '../../../src/domain/plan/terms.js';
import type { InvoiceId, OrderId } from '../../../src/domain/shared/ids.js';
import { parsePaymentId, parseRefundId } from '../../../src/domain/shared/ids.js';
import { required, usd } from '../../support/payment-examples.js';
import { percent } from '../../support/plan-examples.js';
import { bounce, cheque } from './cheques.js';
import { creditNoteBy, dyingAfter, unableToWrite } from './dying.js';
import type { MoneyFlows } from './money-flows.js';
import { accepted, createMoneyFlows } from './money-flows.js';

async function amend(flows: MoneyFlows, orderId: OrderId, cents: number): Promise<void> {
  const command = { type: 'SetOrderTotal', at: flows.clock.now(), total: usd(cents) } as const;
  accepted(await flows.orderOperations.run(orderId, command, flows.metadata()));
}

async function pay(flows: MoneyFlows, invoiceId: InvoiceId, cents: number): Promise<void> {
  const request = { invoiceId, planPart: null, amount: BigInt(cents), mode: 'all_or_nothing' } as const;
  const card = { kind: 'card', paymentMethod: 'pm_ok', offSession: false, amount: null } as const;
  await flows.startCollection({ ...request, tenders: [card] }, flows.metadata());
}

const statusOf = async (flows: MoneyFlows, orderId: OrderId) =>
  (await flows.orders.load(orderId)).state.status;
const paidOnce = async (flows: MoneyFlows) => (await flows.facts('OrderPaid')).length;

describe('a change order for more', () => {
  it('is invoiced with a plan of its own, and the order is paid when both are, once', async () => {
    const flows = createMoneyFlows();
    const customerId = await flows.customer(null);
    const order = await flows.approvedOrder(customerId, 10_000, manual());
    await flows.settle();
    await amend(flows, order.orderId, 15_000);
    expect(await flows.settle()).toEqual([]);
    const change = changeInvoiceIdOf(order.orderId, 1);
    expect(dueOf(await flows.issued(change))).toEqual(usd(5000));
    expect((await flows.plans.load(planIdOf(change))).state.status).toBe('active');
    await cheque(flows, customerId, order.invoiceId, 10_000);
    expect(await flows.settle()).toEqual([]);
    expect(await statusOf(flows, order.orderId)).toBe('payment_pending');
    await cheque(flows, customerId, change, 5000);
    expect(await flows.settle()).toEqual([]);
    expect(await statusOf(flows, order.orderId)).toBe('paid');
    expect(await paidOnce(flows)).toBe(1);
  });

  it('is collected by itself where the order is', async () => {
    const flows = createMoneyFlows();
    const customerId = await flows.customer();
    const order = await flows.approvedOrder(customerId, 10_000, installments(3));
    await flows.settle();
    await amend(flows, order.orderId, 16_000);
    expect(await flows.settle()).toEqual([]);
    for (const _month of [1, 2]) expect(await flows.advance(32)).toEqual([]);
    const change = await flows.issued(changeInvoiceIdOf(order.orderId, 1));
    expect([paidOf(change), dueOf(change)]).toEqual([usd(6000), usd(0)]);
    expect(await flows.ledger()).toEqual({ processor_balance: 16_000, revenue: -16_000 });
    expect(await paidOnce(flows)).toBe(1);
  });

  it('keeps the deposit: the difference is due with the balance, also by a milestone', async () => {
    const flows = createMoneyFlows();
    const customerId = await flows.customer();
    const half = { kind: 'percentage', percentage: percent('50') } as const;
    const terms = deposit(half, { kind: 'milestone', name: 'delivery' });
    const order = await flows.approvedOrder(customerId, 10_000, terms);
    expect(await flows.settle()).toEqual([]);
    expect(await statusOf(flows, order.orderId)).toBe('paid');
    await amend(flows, order.orderId, 12_000);
    expect(await flows.settle()).toEqual([]);
    const change = planIdOf(changeInvoiceIdOf(order.orderId, 1));
    const { state } = await flows.plans.load(change);
    expect(state.status !== 'absent' && openParts(state)).toMatchObject([
      { amount: usd(2000), due: { kind: 'milestone', name: 'delivery' } },
    ]);
    const at = flows.clock.now();
    const reached = { type: 'ReachMilestone', at, name: 'delivery', today: '2026-03-02' } as never;
    accepted(await flows.plans.handle(order.planId, reached, flows.metadata()));
    expect(await flows.settle()).toEqual([]);
    expect((await flows.plans.load(change)).state.status).toBe('completed');
    expect(await flows.ledger()).toEqual({ processor_balance: 12_000, revenue: -12_000 });
    expect(await paidOnce(flows)).toBe(1);
  });
});

describe('a milestone that is reached while a change order is invoiced', () => {
  it('is not missed by its plan', async () => {
    const flows = createMoneyFlows();
    const customerId = await flows.customer();
    const half = { kind: 'percentage', percentage: percent('50') } as const;
    const terms = deposit(half, { kind: 'milestone', name: 'delivery' });
    const order = await flows.approvedOrder(customerId, 10_000, terms);
    expect(await flows.settle()).toEqual([]);
    const at = flows.clock.now();
    const reached = { type: 'ReachMilestone', at, name: 'delivery', today: '2026-03-02' } as never;
    accepted(await flows.plans.handle(order.planId, reached, flows.metadata()));
    expect(await flows.settle()).toEqual([]);
    const change = changeInvoiceIdOf(order.orderId, 1);
    await amend(flows, order.orderId, 12_000);
    // Whoever looks at the plan once the change is invoiced sees it as it was just before.
    const read = flows.eventStore.readStream.bind(flows.eventStore);
    const isInvoiced = async () =>
      (await read(`invoice-${change}`)).some(({ type }) => type.startsWith('InvoiceFinalized'));
    flows.eventStore.readStream = async (stream) => {
      const facts = await read(stream);
      if (stream !== `paymentPlan-${order.planId}` || !(await isInvoiced())) return facts;
      flows.eventStore.readStream = read;
      return facts.slice(
        0,
        facts.findIndex(({ type }) => type.startsWith('PlanMilestoneReached')),
      );
    };
    expect(await flows.settle()).toEqual([]);
    expect((await flows.plans.load(planIdOf(change))).state.status).toBe('completed');
    expect(await flows.ledger()).toEqual({ processor_balance: 12_000, revenue: -12_000 });
  });
});

describe('a change order for less', () => {
  it('takes from the newest invoice first what is due, and what it covers then is paid', async () => {
    const flows = createMoneyFlows();
    const customerId = await flows.customer(null);
    const order = await flows.approvedOrder(customerId, 10_000, manual());
    await flows.settle();
    await pay(flows, order.invoiceId, 10_000);
    await amend(flows, order.orderId, 13_000);
    expect(await flows.settle()).toEqual([]);
    expect(await paidOnce(flows)).toBe(0);
    await amend(flows, order.orderId, 10_000);
    expect(await flows.settle()).toEqual([]);
    const change = changeInvoiceIdOf(order.orderId, 1);
    expect((await flows.issued(change)).status).toBe('paid');
    expect((await flows.plans.load(planIdOf(change))).state.status).toBe('canceled');
    expect(await statusOf(flows, order.orderId)).toBe('paid');
    expect(await flows.ledger()).toEqual({ processor_balance: 10_000, revenue: -10_000 });
  });

  it('gives what was paid above it to the customer as credit, tender by tender', async () => {
    const flows = createMoneyFlows();
    const customerId = await flows.customer(null);
    const order = await flows.approvedOrder(customerId, 10_000, netTerms(30, false));
    await flows.settle();
    await cheque(flows, customerId, order.invoiceId, 3000);
    await flows.settle();
    await pay(flows, order.invoiceId, 4000);
    await flows.settle();
    await amend(flows, order.orderId, 2000);
    expect(await flows.settle()).toEqual([]);
    expect(await flows.ledger()).toEqual({
      ...{ bank: 3000, processor_balance: 4000, customer_credit: -5000, revenue: -2000 },
    });
    const { state: plan } = await flows.plans.load(order.planId);
    expect(plan.status !== 'absent' && [plan.status, outstanding(plan)]).toEqual(['completed', usd(0)]);
    expect(await paidOnce(flows)).toBe(1);
    await flows.tellAgain();
    expect((await flows.ledger())['customer_credit']).toBe(-5000);
  });

  it('gives back what was paid once, however far a process came that died at it', async () => {
    let paid = 0;
    for (const writes of Array.from({ length: 16 }, (_, n) => n)) {
      const flows = createMoneyFlows();
      const customerId = await flows.customer(null);
      const order = await flows.approvedOrder(customerId, 10_000, netTerms(30, false));
      await flows.settle();
      // What holds the invoice when it should ask for less pays all of it.
      await pay(flows, order.invoiceId, 10_000);
      await amend(flows, order.orderId, 2000);
      await dyingAfter(writes, flows, () => flows.settle());
      // A number that was asked for is looked after again some time later.
      expect(await flows.advance(1)).toEqual([]);
      const ledger = await flows.ledger();
      const told = { writes, ledger, due: dueOf(await flows.issued(order.invoiceId)) };
      // A collection that had not begun is given up, and asks for nothing.
      const isPaid = ledger['processor_balance'] !== undefined;
      paid += isPaid ? 1 : 0;
      expect(told).toEqual({
        writes,
        ledger: isPaid
          ? { processor_balance: 10_000, customer_credit: -8000, revenue: -2000 }
          : { accounts_receivable: 2000, revenue: -2000 },
        due: usd(isPaid ? 0 : 2000),
      });
    }
    expect(paid).toBeGreaterThan(8);
  });

  it('gives back as well what is paid again before the credit note over what was taken back', async () => {
    const flows = createMoneyFlows();
    const customerId = await flows.customer(null);
    const order = await flows.approvedOrder(customerId, 10_000, netTerms(30, false));
    await flows.settle();
    // What holds the invoice when it should ask for less pays all of it.
    await pay(flows, order.invoiceId, 10_000);
    await amend(flows, order.orderId, 2000);
    await unableToWrite(flows, creditNoteBy('order_to_invoice'), () => flows.settle());
    expect(dueOf(await flows.issued(order.invoiceId))).toEqual(usd(8000));
    await pay(flows, order.invoiceId, 8000);
    expect(await flows.settle()).toEqual([]);
    await flows.tellAgain();
    expect(await flows.settle()).toEqual([]);
    const invoice = await flows.issued(order.invoiceId);
    expect([invoice.status, paidOf(invoice), dueOf(invoice)]).toEqual(['paid', usd(2000), usd(0)]);
    expect(await flows.ledger()).toEqual({
      ...{ processor_balance: 18_000, customer_credit: -16_000, revenue: -2000 },
    });
  });

  it('takes nothing back while a refund waits that stands in the way of the rest', async () => {
    const flows = createMoneyFlows(createRefundRule({ of: new Map(), others: 1 }));
    const customerId = await flows.customer(null);
    const order = await flows.approvedOrder(customerId, 10_000, netTerms(30, false));
    await flows.settle();
    await pay(flows, order.invoiceId, 6000);
    await flows.settle();
    const by = { actor: 'key_1', holder: 'ann' };
    const some = { invoiceId: order.invoiceId, amount: 1000n, refundReason: 'duplicate', by } as const;
    expect((await flows.refundInvoice(some, flows.metadata())).outcome).toBe('given_back');
    await cheque(flows, customerId, order.invoiceId, 3000);
    expect(await flows.settle()).toEqual([]);
    await amend(flows, order.orderId, 2000);
    expect(await flows.settle()).toEqual([expect.stringContaining('under way')]);
    expect(dueOf(await flows.issued(order.invoiceId))).toEqual(usd(0));
    const [waits] = await flows.facts('RefundApprovalRequested');
    const paymentId = required(parsePaymentId(String(waits?.stream.slice('payment-'.length))));
    const refundId = required(parseRefundId(String(waits?.data['refundId'])));
    const reject = { type: 'RejectRefund', refundId, at: flows.clock.now() } as const;
    const other = { actor: 'key_2', holder: 'bob' };
    accepted(await flows.payments.handle(paymentId, { ...reject, by: other }, flows.metadata()));
    expect(await flows.settle()).toEqual([]);
    expect(await flows.ledger()).toEqual({
      ...{ bank: 3000, processor_balance: 6000, customer_credit: -7000, revenue: -2000 },
    });
  });

  it('leaves to a refund what that has taken off and not credited yet', async () => {
    const flows = createMoneyFlows();
    const customerId = await flows.customer(null);
    const order = await flows.approvedOrder(customerId, 10_000, netTerms(30, false));
    await flows.settle();
    await pay(flows, order.invoiceId, 9000);
    await flows.settle();
    const by = { actor: 'key_1', holder: 'ann' };
    const some = { invoiceId: order.invoiceId, amount: 2000n, refundReason: null, by };
    await flows.refundInvoice(some, flows.metadata());
    await unableToWrite(flows, creditNoteBy('refund_news'), async () => {
      await flows.settle();
      await amend(flows, order.orderId, 7000);
      await flows.settle();
    });
    expect(await flows.settle()).toEqual([]);
    const invoice = await flows.issued(order.invoiceId);
    expect([invoice.status, paidOf(invoice)]).toEqual(['paid', usd(5000)]);
    expect(await flows.ledger()).toEqual({
      ...{ processor_balance: 7000, customer_credit: -2000, revenue: -5000 },
    });
  });

  it('takes no more when it is told again and another invoice is due by then', async () => {
    const flows = createMoneyFlows();
    const customerId = await flows.customer(null);
    const order = await flows.approvedOrder(customerId, 10_000, netTerms(30, false));
    await flows.settle();
    await amend(flows, order.orderId, 13_000);
    await flows.settle();
    const change = changeInvoiceIdOf(order.orderId, 1);
    const paid = await cheque(flows, customerId, change, 3000);
    await flows.settle();
    await amend(flows, order.orderId, 8000);
    await flows.settle();
    await bounce(flows, paid);
    expect(await flows.settle()).toEqual([]);
    const due = async () =>
      Promise.all([order.invoiceId, change].map(async (id) => dueOf(await flows.issued(id))));
    expect(await due()).toEqual([usd(5000), usd(3000)]);
    // Of the same order, as when another policy could not do its part the first time.
    const [amended] = (await flows.facts('OrderTotalAmended')).slice(-1);
    await flows.tellAgain(required(amended));
    expect(await flows.settle()).toEqual([]);
    expect(await due()).toEqual([usd(5000), usd(3000)]);
  });
});

describe('a canceled order', () => {
  it('asks for nothing more, and is not paid any more', async () => {
    const flows = createMoneyFlows();
    const customerId = await flows.customer();
    const order = await flows.approvedOrder(customerId, 9000, installments(3));
    await flows.settle();
    const cancel = { type: 'CancelOrder', at: flows.clock.now() } as const;
    accepted(await flows.orderOperations.run(order.orderId, cancel, flows.metadata()));
    expect(await flows.settle()).toEqual([]);
    expect(await flows.advance(100)).toEqual([]);
    expect((await flows.plans.load(order.planId)).state.status).toBe('canceled');
    expect(await flows.ledger()).toEqual({ processor_balance: 3000, revenue: -3000 });
  });

  it('leaves no plan behind where it is canceled before anything has followed', async () => {
    const flows = createMoneyFlows();
    const customerId = await flows.customer();
    const order = await flows.approvedOrder(customerId, 9000, standard());
    const cancel = { type: 'CancelOrder', at: flows.clock.now() } as const;
    accepted(await flows.orderOperations.run(order.orderId, cancel, flows.metadata()));
    expect(await flows.settle()).toEqual([]);
    expect(await flows.ledger()).toEqual({});
  });
});
