import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { refundIdOf } from '../../../src/application/payment/payment-ids.js';
import { planIdOf } from '../../../src/application/plan/plan-ids.js';
import { dueOf, payableOf } from '../../../src/domain/invoice/state.js';
import { outstanding } from '../../../src/domain/plan/state.js';
import { manual } from '../../../src/domain/plan/terms.js';
import { parsePaymentId } from '../../../src/domain/shared/ids.js';
import type { RefundReason } from '../../../src/domain/shared/refund-reason.js';
import { required, usd } from '../../support/payment-examples.js';
import { date } from '../../support/plan-examples.js';
import { bounce, cheque } from './cheques.js';
import { accepted, createMoneyFlows } from './money-flows.js';

/** An invoice of 100.00, of which a card has paid some, and then a plan for what is left. */
async function plannedAfter(paid: number) {
  const flows = createMoneyFlows();
  const customerId = await flows.customer(null);
  const invoiceId = await flows.invoice(customerId, 10_000);
  const request = { invoiceId, planPart: null, amount: BigInt(paid), mode: 'accumulate' } as const;
  const card = { kind: 'card', paymentMethod: 'pm_ok', offSession: false, amount: null } as const;
  await flows.startCollection({ ...request, tenders: [card] }, flows.metadata());
  await flows.settle();
  const { state, revision } = await flows.invoices.load(invoiceId);
  if (state.status !== 'open' || revision === null) throw new TypeError('the invoice is open');
  const planId = planIdOf(invoiceId);
  const details = {
    ...{ planId, invoiceId, orderId: null, customerId, terms: manual(), approvedOn: date('2026-03-02') },
    ...{ zone: 'UTC', invoiceRevision: revision },
  };
  const at = flows.clock.now();
  const start = { type: 'StartPlan', at, details, total: payableOf(state) } as const;
  accepted(await flows.startPlan(start, null, flows.metadata()));

  return {
    flows,
    customerId,
    invoiceId,

    /** What the card had paid goes back. */
    async refund(refundReason: RefundReason | null): Promise<void> {
      const by = { actor: 'key_1', holder: null };
      await flows.refundInvoice({ invoiceId, amount: null, refundReason, by }, flows.metadata());
      expect(await flows.settle()).toEqual([]);
    },

    /** What is due of the invoice, and of the plan. */
    async asked() {
      const { state: plan } = await flows.plans.load(planId);
      if (plan.status === 'absent') throw new TypeError('the plan has begun');
      return { plan: plan.status, open: outstanding(plan), due: dueOf(await flows.issued(invoiceId)) };
    },
  };
}

describe('a plan that is started by hand for what is left of an invoice', () => {
  it('counts once what had been paid and credited before, whenever the policies hear of it', async () => {
    const { flows, customerId, invoiceId, asked } = await plannedAfter(2000);
    // As if they had lagged behind until now.
    await flows.tellAgain();
    expect(await flows.settle()).toEqual([]);
    expect(await asked()).toEqual({ plan: 'active', open: usd(8000), due: usd(8000) });
    await cheque(flows, customerId, invoiceId, 8000);
    expect(await flows.settle()).toEqual([]);
    expect(await asked()).toEqual({ plan: 'completed', open: usd(0), due: usd(0) });
  });

  it.each([2000, 8000])(
    'asks for no less when the %s cents that had been paid before it go back',
    async (paid) => {
      const { refund, asked } = await plannedAfter(paid);
      await refund(null);
      const left = usd(10_000 - paid);
      expect(await asked()).toEqual({ plan: 'active', open: left, due: left });
    },
  );

  it('asks for what had been paid before it as well, once that money is gone and its invoice asks for it', async () => {
    const { flows, customerId, invoiceId, refund, asked } = await plannedAfter(2000);
    await refund('duplicate');
    expect(await asked()).toEqual({ plan: 'active', open: usd(10_000), due: usd(10_000) });
    await flows.tellAgain();
    expect(await asked()).toEqual({ plan: 'active', open: usd(10_000), due: usd(10_000) });
    const all = await cheque(flows, customerId, invoiceId, 10_000);
    expect(await flows.settle()).toEqual([]);
    expect(await asked()).toEqual({ plan: 'completed', open: usd(0), due: usd(0) });
    await bounce(flows, all);
    expect(await flows.settle()).toEqual([]);
    expect(await asked()).toEqual({ plan: 'active', open: usd(10_000), due: usd(10_000) });
  });

  it('leaves it to the invoice to ask for that money where the plan is over', async () => {
    const { flows, customerId, invoiceId, asked } = await plannedAfter(2000);
    await cheque(flows, customerId, invoiceId, 8000);
    expect(await flows.settle()).toEqual([]);
    const [created] = await flows.facts('PaymentCreated');
    const paymentId = required(parsePaymentId(String(created?.data['paymentId'])));
    const [at, refundId] = [flows.clock.now(), refundIdOf(randomUUID())];
    const all = { amount: null, refundReason: 'duplicate', secondPerson: null } as const;
    const command = { type: 'RequestRefund', at, refundId, ...all } as const;
    accepted(await flows.payments.handle(paymentId, command, flows.metadata()));
    expect(await flows.settle()).toEqual([]);
    expect(await asked()).toEqual({ plan: 'completed', open: usd(0), due: usd(2000) });
  });
});
