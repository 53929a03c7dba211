import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { manualPaymentIdOf } from '../../../src/application/manual-payment/record-manual-payment.js';
import { outstandingOf } from '../../../src/domain/plan/state.js';
import { deposit, installments, standard } from '../../../src/domain/plan/terms.js';
import type { InvoiceId } from '../../../src/domain/shared/ids.js';
import type { PlanTerms } from '../../../src/domain/shared/plan-terms.js';
import { grantCredit } from '../../support/credit-examples.js';
import { date, percent } from '../../support/plan-examples.js';
import type { MoneyFlows } from './money-flows.js';
import { accepted, createMoneyFlows } from './money-flows.js';

/** Dinars have three decimals, of which cards carry two. */
const dinars = () => createMoneyFlows(undefined, 0, 0n, 'KWD');
const byCard = (terms: PlanTerms): PlanTerms => ({ ...terms, stepMinor: 10n });

async function charged(flows: MoneyFlows): Promise<readonly number[]> {
  const captured = await flows.facts('PaymentCaptured');
  return captured.map(({ data }) => Number((data['amount'] as { amount: string }).amount));
}

async function leftOf(flows: MoneyFlows, planId: string): Promise<readonly number[]> {
  const { state } = await flows.plans.load(planId);
  return state.status === 'absent' ? [] : state.parts.map((part) => Number(outstandingOf(part).minor));
}

/** Sets money against the invoice that nobody collected. */
async function cash(flows: MoneyFlows, invoiceId: InvoiceId, minor: number): Promise<void> {
  const command = {
    type: 'ApplyPayment',
    at: flows.clock.now(),
    applicationId: `cash ${minor}`,
    collectionId: null,
    tender: { kind: 'manual', manualPaymentId: manualPaymentIdOf(randomUUID()) },
    amount: flows.amountOf(minor),
  } as const;
  accepted(await flows.invoices.run(invoiceId, command, flows.metadata()));
}

describe('amounts of three decimals', () => {
  it('are split so that a card can be charged with every part', async () => {
    const flows = dinars();
    const customerId = await flows.customer();
    const { planId } = await flows.approvedOrder(customerId, 10_000, byCard(installments(3)));
    expect(await flows.settle()).toEqual([]);
    expect(await flows.advance(31)).toEqual([]);
    expect(await flows.advance(31)).toEqual([]);
    expect(await charged(flows)).toEqual([3340, 3330, 3330]);
    expect(await leftOf(flows, planId)).toEqual([0, 0, 0]);
    expect(await flows.ledger()).toEqual({ processor_balance: 10_000, revenue: -10_000 });
  });

  it('take as much credit as leaves what a card can be charged', async () => {
    const flows = dinars();
    const customerId = await flows.customer();
    const gift = grantCredit(1, 1234, { customerId, amount: flows.amountOf(1234) }, flows.clock.now());
    accepted(await flows.credits.handle(customerId, gift, flows.metadata()));
    const { planId } = await flows.approvedOrder(customerId, 10_000, byCard(standard()));
    expect(await flows.settle()).toEqual([]);
    expect(await charged(flows)).toEqual([8770]);
    expect(await leftOf(flows, planId)).toEqual([0]);
    expect(await flows.ledger()).toMatchObject({ customer_credit: -4 });
  });

  it('of an order that nobody could collect are refused with its terms, and so is a change to one', async () => {
    const flows = dinars();
    const customerId = await flows.customer();
    const refused = async (total: number, terms: PlanTerms): Promise<unknown> =>
      flows.approvedOrder(customerId, total, byCard(terms)).catch((error: unknown) => String(error));
    expect(await refused(10_001, installments(3))).toMatch('plan_part_not_collectable');
    expect(await refused(10_001, standard())).toMatch('plan_part_not_collectable');
    const { orderId } = await flows.approvedOrder(customerId, 10_000, byCard(standard()));
    for (const total of [10_005, 9_995]) {
      const changed = await flows.orderOperations.run(
        orderId,
        { type: 'SetOrderTotal', at: flows.clock.now(), total: flows.amountOf(total) },
        flows.metadata(),
      );
      expect(changed).toMatchObject({
        outcome: 'rejected',
        rejection: { code: 'plan_part_not_collectable' },
      });
    }
  });

  it('that cash left of a part are said to be uncollectable at once, and wait for more cash', async () => {
    const flows = dinars();
    const customerId = await flows.customer();
    const terms = byCard(
      deposit({ kind: 'percentage', percentage: percent('50') }, { kind: 'days_after', days: 9 }),
    );
    const { invoiceId, planId } = await flows.approvedOrder(customerId, 10_010, terms);
    expect(await flows.settle()).toEqual([]);
    await cash(flows, invoiceId, 1004);
    expect(await flows.settle()).toEqual([]);
    expect(await flows.advance(9)).toEqual([]);
    const failures = (await flows.facts('PlanPartCollectionFailed')).map(({ data }) => data['failure']);
    expect(failures).toEqual(['amount_precision_not_supported']);
    // Nothing was begun: the invoice is free, and no payment waits for anything.
    expect(await charged(flows)).toEqual([5010]);
    expect((await flows.facts('CollectionStarted')).length).toBe(1);
    await cash(flows, invoiceId, 3996);
    expect(await flows.settle()).toEqual([]);
    expect(await leftOf(flows, planId)).toEqual([0, 0]);
  });

  it('leave what a card can be charged when an early discount is earned', async () => {
    const flows = dinars();
    const customerId = await flows.customer();
    const earlyDiscount = { percentage: percent('2'), days: 10 };
    const terms = byCard(standard({ earlyDiscount }));
    const { invoiceId } = await flows.approvedOrder(customerId, 3330, {
      ...terms,
      parts: [{ amount: { kind: 'rest' }, due: { kind: 'days_after', days: 30 }, collect: 'manual' }],
    });
    expect(await flows.settle()).toEqual([]);
    const tenders = [{ kind: 'card', paymentMethod: 'pm_ok', offSession: false, amount: null }] as const;
    const paying = { invoiceId, planPart: null, amount: 3260n, mode: 'all_or_nothing', tenders } as const;
    expect(await flows.startCollection(paying, flows.metadata())).toMatchObject({ outcome: 'started' });
    expect(await flows.settle()).toEqual([]);
    const [earned] = await flows.facts('EarlyDiscountEarned');
    expect(earned?.data['amount']).toEqual({ amount: '70', currency: 'KWD' });
    expect((await flows.issued(invoiceId)).status).toBe('paid');
  });

  it('come as late fees that a card can be charged', async () => {
    const flows = dinars();
    const customerId = await flows.customer(null);
    const fee = { fee: { kind: 'percentage', percentage: percent('2') } as const, timesMax: 1 };
    const terms = byCard(standard({ lateFee: fee }));
    const { planId } = await flows.approvedOrder(customerId, 3330, terms);
    expect(await flows.settle()).toEqual([]);
    const today = date('2026-03-04');
    accepted(
      await flows.plans.handle(
        planId,
        { type: 'MarkPartMissed', at: flows.clock.now(), part: 1, today },
        flows.metadata(),
      ),
    );
    // Two per cent are 0.0666.
    const [fell] = await flows.facts('LateFeeFellDue');
    expect(fell?.data['amount']).toEqual({ amount: '70', currency: 'KWD' });
  });

  it('go back in proportion in what cards can give back', async () => {
    const flows = dinars();
    const customerId = await flows.customer();
    const terms = byCard({ ...installments(3), refundOrder: 'pro_rata' });
    const { invoiceId } = await flows.approvedOrder(customerId, 10_000, terms);
    await flows.settle();
    await flows.advance(31);
    await flows.advance(31);
    const by = { actor: 'key_1', holder: 'ann' };
    const refund = (amount: bigint) =>
      flows.refundInvoice({ invoiceId, amount, refundReason: null, by }, flows.metadata());
    expect(await refund(1000n)).toMatchObject({
      parts: [
        { amount: flows.amountOf(330) },
        { amount: flows.amountOf(330) },
        { amount: flows.amountOf(340) },
      ],
    });
    expect(await refund(1005n)).toMatchObject({
      ...{ outcome: 'amount_refused', code: 'amount_precision_not_supported' },
    });
    await flows.settle();
    expect(await refund(9000n)).toMatchObject({ outcome: 'given_back' });
    expect(await flows.settle()).toEqual([]);
    expect(await flows.ledger()).toEqual({});
  });
});
