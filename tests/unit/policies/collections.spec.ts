import { describe, expect, it } from '@jest/globals';
import { claimOn, dueOf } from '../../../src/domain/invoice/state.js';
import type { CustomerId, InvoiceId } from '../../../src/domain/shared/ids.js';
import { usd } from '../../support/payment-examples.js';
import { bounce, cheque } from './cheques.js';
import { dyingAfter } from './dying.js';
import type { MoneyFlows } from './money-flows.js';
import { createMoneyFlows } from './money-flows.js';

/** A customer with 20.00 of credit, and an invoice of 50.00. */
async function withCredit() {
  const flows = createMoneyFlows();
  const customerId = await flows.customer();
  await cheque(flows, customerId, await flows.invoice(customerId, 1000), 3000);
  await flows.settle();
  return { flows, customerId, invoiceId: await flows.invoice(customerId, 5000) };
}

const creditThenCard = (flows: MoneyFlows, invoiceId: InvoiceId, paymentMethod: string) =>
  flows.startCollection(
    {
      ...{ invoiceId, planPart: null, amount: null, mode: 'all_or_nothing' },
      tenders: [
        { kind: 'credit', amount: null },
        { kind: 'card', paymentMethod, offSession: false, amount: null },
      ],
    },
    flows.metadata(),
  );

async function heldOf(flows: MoneyFlows, customerId: CustomerId) {
  const { state } = await flows.credits.load(customerId);
  const totals = state.status === 'absent' ? undefined : state.balances.USD;
  return totals && [totals.held, totals.released, totals.spent].map(({ minor }) => Number(minor));
}

describe('collecting an invoice by credit and card', () => {
  it('two at once charge once', async () => {
    const { flows, invoiceId } = await withCredit();
    const card = { kind: 'card', paymentMethod: 'pm_ok', offSession: false, amount: null } as const;
    const request = { invoiceId, planPart: null, amount: 2500n, mode: 'all_or_nothing' } as const;
    const pay = () => flows.startCollection({ ...request, tenders: [card] }, flows.metadata());
    // Each is half of what is due: together they would fit, and nobody asked for both.
    await Promise.all([pay(), pay(), pay()]);
    expect(await flows.settle()).toEqual([]);
    const facts = await Promise.all(
      ['CollectionSucceeded', 'CollectionClaimRefused', 'PaymentCaptured'].map((type) => flows.facts(type)),
    );
    expect(facts.map(({ length }) => length)).toEqual([2, 2, 1]);
    expect(dueOf(await flows.issued(invoiceId))).toEqual(usd(2500));
  });

  it('a declined card gives the credit back and lets the invoice go', async () => {
    const { flows, customerId, invoiceId } = await withCredit();
    await creditThenCard(flows, invoiceId, 'pm_declined');
    expect(await flows.settle()).toEqual([]);
    const invoice = await flows.issued(invoiceId);
    expect([dueOf(invoice), claimOn(invoice)]).toEqual([usd(5000), undefined]);
    expect(await heldOf(flows, customerId)).toEqual([2000, 2000, 0]);
    await creditThenCard(flows, invoiceId, 'pm_ok');
    expect(await flows.settle()).toEqual([]);
    expect((await flows.issued(invoiceId)).status).toBe('paid');
  });

  it('that was left by its request is finished at one go by whoever takes it up', async () => {
    const flows = createMoneyFlows(() => null, 10_000);
    const customerId = await flows.customer();
    await cheque(flows, customerId, await flows.invoice(customerId, 1000), 3000);
    await flows.settle();
    const invoiceId = await flows.invoice(customerId, 5000);
    await dyingAfter(1, flows, () => creditThenCard(flows, invoiceId, 'pm_ok'));
    expect(await flows.settle()).toEqual([]);
    expect((await flows.issued(invoiceId)).status).toBe('open');
    expect(await flows.advance(16 / 86_400)).toEqual([]);
    expect((await flows.issued(invoiceId)).status).toBe('paid');
  });

  it('a cheque that bounces while others pay the rest opens just its part again', async () => {
    const { flows, customerId, invoiceId } = await withCredit();
    const id = await cheque(flows, customerId, invoiceId, 1500);
    await flows.settle();
    await creditThenCard(flows, invoiceId, 'pm_ok');
    await bounce(flows, id);
    expect(await flows.settle()).toEqual([]);
    expect(dueOf(await flows.issued(invoiceId))).toEqual(usd(1500));
  });
});
