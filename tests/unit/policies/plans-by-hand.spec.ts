import { describe, expect, it } from '@jest/globals';
import { planIdOf } from '../../../src/application/plan/plan-ids.js';
import { payableOf } from '../../../src/domain/invoice/state.js';
import { outstanding } from '../../../src/domain/plan/state.js';
import { manual } from '../../../src/domain/plan/terms.js';
import { usd } from '../../support/payment-examples.js';
import { date } from '../../support/plan-examples.js';
import { cheque } from './cheques.js';
import { accepted, createMoneyFlows } from './money-flows.js';

describe('a plan that is started by hand for what is left of an invoice', () => {
  it('counts once what had been paid and credited before, whenever the policies hear of it', async () => {
    const flows = createMoneyFlows();
    const customerId = await flows.customer(null);
    const invoiceId = await flows.invoice(customerId, 10_000);
    const request = { invoiceId, planPart: null, amount: 2000n, mode: 'accumulate' } as const;
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
    // As if they had lagged behind until now.
    await flows.tellAgain();
    expect(await flows.settle()).toEqual([]);
    const { state: plan } = await flows.plans.load(planId);
    expect(plan.status !== 'absent' && outstanding(plan)).toEqual(usd(8000));
    await cheque(flows, customerId, invoiceId, 8000);
    expect(await flows.settle()).toEqual([]);
    expect((await flows.plans.load(planId)).state.status).toBe('completed');
  });
});
