import { describe, expect, it } from '@jest/globals';
import { available } from '../../../src/domain/credit/grant.js';
import { dueOf } from '../../../src/domain/invoice/state.js';
import { valuesOf } from '../../../src/domain/shared/id-index.js';
import type { CustomerId, InvoiceId } from '../../../src/domain/shared/ids.js';
import { usd } from '../../support/payment-examples.js';
import { bounce, cheque } from './cheques.js';
import type { MoneyFlows } from './money-flows.js';
import { createMoneyFlows } from './money-flows.js';

async function spendable(flows: MoneyFlows, customerId: CustomerId): Promise<number> {
  const { state } = await flows.credits.load(customerId);
  if (state.status === 'absent') return 0;
  const grants = [...valuesOf(state.grants)];
  return grants.reduce((sum, grant) => sum + Number(available(grant, flows.clock.now()).minor), 0);
}

async function payWithCredit(flows: MoneyFlows, invoiceId: InvoiceId, cents: number): Promise<void> {
  const request = { invoiceId, planPart: null, amount: BigInt(cents), mode: 'accumulate' } as const;
  const started = await flows.startCollection(
    { ...request, tenders: [{ kind: 'credit', amount: null }] },
    flows.metadata(),
  );
  expect(started).toMatchObject({ outcome: 'started', loaded: { state: { status: 'succeeded' } } });
}

describe('more money by cheque than its invoice takes', () => {
  it('becomes credit of the customer, once, and the books stay even', async () => {
    const flows = createMoneyFlows();
    const customerId = await flows.customer();
    const invoiceId = await flows.invoice(customerId, 3000);
    await cheque(flows, customerId, invoiceId, 5000);
    expect(await flows.settle()).toEqual([]);
    expect((await flows.issued(invoiceId)).status).toBe('paid');
    expect(await spendable(flows, customerId)).toBe(2000);
    const [grant, ...others] = await flows.facts('CreditGranted');
    expect(others).toEqual([]);
    expect(grant?.data).toMatchObject({ grantType: 'prepaid', paid: true, source: 'overpayment' });
    // Told again, as after a crash: nothing new follows from it.
    const before = await flows.eventStore.head();
    await flows.tellAgain();
    expect(await flows.eventStore.head()).toBe(before);
    expect(await flows.ledger()).toEqual({ bank: 5000, revenue: -3000, customer_credit: -2000 });
  });

  it('all of it, where the invoice was paid meanwhile', async () => {
    const flows = createMoneyFlows();
    const customerId = await flows.customer();
    const invoiceId = await flows.invoice(customerId, 3000);
    await cheque(flows, customerId, invoiceId, 3000);
    await cheque(flows, customerId, invoiceId, 1200);
    expect(await flows.settle()).toEqual([]);
    expect(await spendable(flows, customerId)).toBe(1200);
    expect(await flows.ledger()).toEqual({ bank: 4200, revenue: -3000, customer_credit: -1200 });
  });

  it('money of no invoice waits to be used', async () => {
    const flows = createMoneyFlows();
    const customerId = await flows.customer();
    await cheque(flows, customerId, null, 3000);
    expect(await flows.settle()).toEqual([]);
    expect(await flows.ledger()).toEqual({ bank: 3000, unapplied_payments: -3000 });
  });

  it('is taken back with the cheque that bounces, where it is not spent', async () => {
    const flows = createMoneyFlows();
    const customerId = await flows.customer();
    const invoiceId = await flows.invoice(customerId, 3000);
    const id = await cheque(flows, customerId, invoiceId, 5000);
    await flows.settle();
    await bounce(flows, id);
    expect(await flows.settle()).toEqual([]);
    expect(await spendable(flows, customerId)).toBe(0);
    expect(dueOf(await flows.issued(invoiceId))).toEqual(usd(3000));
    expect(await flows.facts('CreditLeftUnpaid')).toEqual([]);
    expect(await flows.ledger()).toEqual({ accounts_receivable: 3000, revenue: -3000 });
  });

  it('what was spent of it is owed on an invoice of its own', async () => {
    const flows = createMoneyFlows();
    const customerId = await flows.customer();
    const invoiceId = await flows.invoice(customerId, 3000);
    const id = await cheque(flows, customerId, invoiceId, 5000);
    await flows.settle();
    const other = await flows.invoice(customerId, 800);
    await payWithCredit(flows, other, 800);
    await bounce(flows, id);
    expect(await flows.settle()).toEqual([]);
    expect((await flows.issued(other)).status).toBe('paid');
    const owed = (await flows.facts('InvoiceFinalized')).filter(
      ({ data }) => data['purpose'] === 'returned_payment',
    );
    expect(owed.map(({ data }) => data['total'])).toEqual([{ amount: '800', currency: 'USD' }]);
    // 30.00 of the chairs and the 8.00 that the credit had paid are owed; nothing hangs in the air.
    expect(await flows.ledger()).toEqual({ accounts_receivable: 3800, revenue: -3800 });
  });

  it('what is on hold when it bounces cannot be spent any more, and the other tenders go back', async () => {
    const flows = createMoneyFlows();
    const customerId = await flows.customer();
    const invoiceId = await flows.invoice(customerId, 3000);
    const id = await cheque(flows, customerId, invoiceId, 5000);
    await flows.settle();
    const other = await flows.invoice(customerId, 4000);
    const request = { invoiceId: other, planPart: null, amount: null, mode: 'all_or_nothing' } as const;
    const card = { kind: 'card', paymentMethod: 'pm_ok', offSession: false, amount: null } as const;
    await flows.startCollection(
      { ...request, tenders: [{ kind: 'credit', amount: null }, card] },
      flows.metadata(),
    );
    await bounce(flows, id);
    expect(await flows.settle()).toEqual([]);
    expect(dueOf(await flows.issued(other))).toEqual(usd(4000));
    expect(await flows.ledger()).toEqual({ accounts_receivable: 7000, revenue: -7000 });
  });
});
