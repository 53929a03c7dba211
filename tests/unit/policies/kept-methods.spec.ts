import { describe, expect, it } from '@jest/globals';
import { manual, standard } from '../../../src/domain/plan/terms.js';
import type { CustomerId } from '../../../src/domain/shared/ids.js';
import { date } from '../../support/plan-examples.js';
import type { MoneyFlows } from './money-flows.js';
import { accepted, createMoneyFlows } from './money-flows.js';

async function removeMethod(flows: MoneyFlows, customerId: CustomerId): Promise<string> {
  const command = { type: 'RequestPaymentMethodRemoval', paymentMethodId: 'pm_ok' } as const;
  const at = flows.clock.now();
  const handled = await flows.customers.handle(customerId, { ...command, at }, flows.metadata());
  return handled.outcome === 'rejected' ? handled.rejection.code : handled.outcome;
}

describe('the last payment method of a plan that collects by itself', () => {
  it('stays when the plan was completed and is open again', async () => {
    const flows = createMoneyFlows();
    const customerId = await flows.customer();
    const { invoiceId, planId } = await flows.approvedOrder(customerId, 5000, standard());
    expect(await flows.settle()).toEqual([]);
    expect((await flows.plans.load(planId)).state.status).toBe('completed');
    const by = { actor: 'key_1', holder: null };
    const all = { invoiceId, amount: null, refundReason: 'fraudulent', by } as const;
    await flows.refundInvoice(all, flows.metadata());
    expect(await flows.settle()).toEqual([]);
    expect((await flows.plans.load(planId)).state.status).toBe('active');
    expect(await removeMethod(flows, customerId)).toBe('last_payment_method_of_active_plan');
  });

  it('stays when the plan came to collect by itself with a new version', async () => {
    const flows = createMoneyFlows();
    const customerId = await flows.customer();
    const { planId } = await flows.approvedOrder(customerId, 5000, manual());
    expect(await flows.settle()).toEqual([]);
    const parts = [
      { amount: { kind: 'rest' }, due: { kind: 'days_after', days: 10 }, collect: 'automatic' },
    ] as const;
    const replan = { type: 'Replan', at: flows.clock.now(), parts, today: date('2026-03-02') } as const;
    accepted(await flows.plans.handle(planId, replan, flows.metadata()));
    expect(await flows.settle()).toEqual([]);
    expect(await removeMethod(flows, customerId)).toBe('last_payment_method_of_active_plan');
    expect(await flows.advance(11)).toEqual([]);
    expect((await flows.plans.load(planId)).state.status).toBe('completed');
    expect(await removeMethod(flows, customerId)).toBe('accepted');
  });
});
