import { describe, expect, it } from '@jest/globals';
import { planIdOf } from '../../../src/application/plan/plan-ids.js';
import { dueOf } from '../../../src/domain/invoice/state.js';
import { installments, manual } from '../../../src/domain/plan/terms.js';
import { usd } from '../../support/payment-examples.js';
import { bounce, cheque } from './cheques.js';
import { createMoneyFlows } from './money-flows.js';

/** A merchant who gives up 0.50. */
const generous = () => createMoneyFlows(undefined, 0, 50n);

async function shortBy(cents: number, flows = generous()) {
  const customerId = await flows.customer();
  const invoiceId = await flows.invoice(customerId, 3000);
  const manualPaymentId = await cheque(flows, customerId, invoiceId, 3000 - cents);
  expect(await flows.settle()).toEqual([]);
  return { flows, customerId, invoiceId, manualPaymentId };
}

describe('a cheque that is short', () => {
  it('by what the merchant gives up ends the invoice, and the difference has an account and a name', async () => {
    const { flows, invoiceId } = await shortBy(50);
    const invoice = await flows.issued(invoiceId);
    expect([invoice.status, invoice.writtenOff]).toEqual(['paid', usd(50)]);
    const [written, ...others] = await flows.facts('InvoiceDifferenceWrittenOff');
    expect(others).toEqual([]);
    expect(written?.data).toMatchObject({ writtenOffBy: 'ada', reason: 'short_payment' });
    expect(await flows.ledger()).toEqual({ bank: 2950, payment_differences: 50, revenue: -3000 });
    const before = await flows.eventStore.head();
    await flows.tellAgain();
    expect(await flows.eventStore.head()).toBe(before);
  });

  it('by more than that leaves the rest due', async () => {
    const { flows, invoiceId } = await shortBy(51);
    expect(dueOf(await flows.issued(invoiceId))).toEqual(usd(51));
  });

  it('by anything leaves it due where nothing is given up', async () => {
    const { flows, invoiceId } = await shortBy(1, createMoneyFlows());
    expect(dueOf(await flows.issued(invoiceId))).toEqual(usd(1));
  });

  it('and bounces leaves all of the invoice due, and the next one may be short as well', async () => {
    const { flows, customerId, invoiceId, manualPaymentId } = await shortBy(50);
    await bounce(flows, manualPaymentId);
    expect(await flows.settle()).toEqual([]);
    const invoice = await flows.issued(invoiceId);
    expect([invoice.status, dueOf(invoice)]).toEqual(['open', usd(3000)]);
    expect(await flows.ledger()).toEqual({ accounts_receivable: 3000, revenue: -3000 });
    await cheque(flows, customerId, invoiceId, 2990);
    expect(await flows.settle()).toEqual([]);
    expect((await flows.issued(invoiceId)).status).toBe('paid');
    expect(await flows.ledger()).toEqual({ bank: 2990, payment_differences: 10, revenue: -3000 });
  });

  it('ends the plan of the invoice, and the order is paid; a bounce asks for all of it again', async () => {
    const flows = generous();
    const customerId = await flows.customer(null);
    const order = await flows.approvedOrder(customerId, 9000, { ...manual(), parts: installments(3).parts });
    expect(await flows.settle()).toEqual([]);
    await cheque(flows, customerId, order.invoiceId, 6000);
    expect(await flows.settle()).toEqual([]);
    const last = await cheque(flows, customerId, order.invoiceId, 2980);
    expect(await flows.settle()).toEqual([]);
    const planId = planIdOf(order.invoiceId);
    expect((await flows.plans.load(planId)).state).toMatchObject({ status: 'completed', total: usd(8980) });
    expect((await flows.orders.load(order.orderId)).state.status).toBe('paid');
    await bounce(flows, last);
    expect(await flows.settle()).toEqual([]);
    expect((await flows.plans.load(planId)).state).toMatchObject({ status: 'active', total: usd(9000) });
    expect(dueOf(await flows.issued(order.invoiceId))).toEqual(usd(3000));
  });
});
