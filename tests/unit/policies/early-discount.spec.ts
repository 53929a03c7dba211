import { describe, expect, it } from '@jest/globals';
import { creditedOf, dueOf, paidOf } from '../../../src/domain/invoice/state.js';
import { netTerms } from '../../../src/domain/plan/terms.js';
import { required, usd } from '../../support/payment-examples.js';
import { percent } from '../../support/plan-examples.js';
import { bounce, cheque } from './cheques.js';
import type { MoneyFlows } from './money-flows.js';
import { createMoneyFlows } from './money-flows.js';

/** 2/10 net 30. */
const terms = netTerms(30, false, { earlyDiscount: { percentage: percent('2'), days: 10 } });

async function paidEarly(...cents: readonly number[]) {
  const flows = createMoneyFlows();
  const customerId = await flows.customer();
  const order = await flows.approvedOrder(customerId, 10_001, terms);
  await flows.settle();
  const cheques = [];
  for (const part of cents) {
    cheques.push(await cheque(flows, customerId, order.invoiceId, part));
    expect(await flows.settle()).toEqual([]);
  }
  return { flows, customerId, cheques, ...order };
}

async function shown(flows: MoneyFlows, order: Awaited<ReturnType<typeof paidEarly>>) {
  const invoice = await flows.issued(order.invoiceId);
  const { state: plan } = await flows.plans.load(order.planId);
  const [due, paid, credited] = [dueOf(invoice), paidOf(invoice), creditedOf(invoice)];
  return { plan: plan.status, invoice: invoice.status, due, paid, credited };
}

describe('a discount for paying early', () => {
  it('is lost to the unit when the payment that earned it bounces', async () => {
    const order = await paidEarly(9801);
    const { flows } = order;
    expect(await shown(flows, order)).toMatchObject({ plan: 'completed', credited: usd(200) });
    await bounce(flows, required(order.cheques[0]));
    expect(await flows.settle()).toEqual([]);
    expect(await shown(flows, order)).toEqual({
      ...{ plan: 'active', invoice: 'open', due: usd(10_001), paid: usd(0), credited: usd(0) },
    });
    expect(await flows.ledger()).toEqual({ accounts_receivable: 10_001, revenue: -10_001 });
    const notes = (await flows.issued(order.invoiceId)).creditNotes;
    expect(notes.map(({ total }) => total)).toEqual([usd(200), usd(-200)]);
    expect(notes.map(({ number }) => number)).toEqual(['CN-2026-000001', 'CN-2026-000002']);
  });

  it('is lost whole when one of several payments bounces, and earned again by paying in time after all', async () => {
    const order = await paidEarly(5000, 4801);
    const { flows, customerId } = order;
    await bounce(flows, required(order.cheques[1]));
    expect(await flows.settle()).toEqual([]);
    expect(await shown(flows, order)).toMatchObject({ plan: 'active', due: usd(5001), credited: usd(0) });
    await cheque(flows, customerId, order.invoiceId, 4801);
    expect(await flows.settle()).toEqual([]);
    expect(await shown(flows, order)).toMatchObject({ plan: 'completed', due: usd(0), credited: usd(200) });
    expect((await flows.facts('OrderPaid')).length).toBe(1);
  });

  it('is asked for when it is too late to earn it again', async () => {
    const order = await paidEarly(9801);
    const { flows, customerId } = order;
    await flows.advance(11);
    await bounce(flows, required(order.cheques[0]));
    await flows.settle();
    await cheque(flows, customerId, order.invoiceId, 9801);
    expect(await flows.settle()).toEqual([]);
    expect(await shown(flows, order)).toMatchObject({ plan: 'active', due: usd(200) });
  });

  it('taken back twice is taken back once', async () => {
    const order = await paidEarly(9801);
    const { flows } = order;
    await bounce(flows, required(order.cheques[0]));
    await flows.settle();
    const before = await flows.eventStore.head();
    await flows.tellAgain();
    expect(await flows.eventStore.head()).toBe(before);
  });
});
