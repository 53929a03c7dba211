import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { manualPaymentIdOf } from '../../../src/application/manual-payment/record-manual-payment.js';
import { askedNow } from '../../../src/application/plan/asked-now.js';
import { planIdOf } from '../../../src/application/plan/plan-ids.js';
import { payableOf } from '../../../src/domain/invoice/state.js';
import { outstandingOf } from '../../../src/domain/plan/state.js';
import { installments } from '../../../src/domain/plan/terms.js';
import type { InvoiceId } from '../../../src/domain/shared/ids.js';
import { usd } from '../../support/payment-examples.js';
import { date } from '../../support/plan-examples.js';
import type { MoneyFlows } from './money-flows.js';
import { accepted, createMoneyFlows } from './money-flows.js';

/** An invoice of 90.00 in three parts; the first falls due tomorrow, and each is collected from the customer's card. */
async function inParts(flows = createMoneyFlows(), debit?: string) {
  const customerId = await flows.customer('pm_ok', debit);
  const invoiceId = await flows.invoice(customerId, 9000);
  const { revision } = await flows.invoices.load(invoiceId);
  if (revision === null) throw new TypeError('the invoice is there');
  const planId = planIdOf(invoiceId);
  const details = {
    ...{ planId, invoiceId, orderId: null, customerId, terms: installments(3, date('2026-03-03')) },
    ...{ approvedOn: date('2026-03-02'), zone: 'UTC', invoiceRevision: revision },
  };
  const start = { type: 'StartPlan', at: flows.clock.now(), details, total: usd(9000) } as const;
  accepted(await flows.startPlan(start, null, flows.metadata()));
  expect(await flows.settle()).toEqual([]);
  const fallsDue = () =>
    flows.plans.handle(
      planId,
      { type: 'MarkPartDue', at: flows.clock.now(), part: 1, today: date('2026-03-03') },
      flows.metadata(),
    );
  return { flows, invoiceId, planId, fallsDue };
}

/** As the page of a pay link shows it. */
async function shown(flows: MoneyFlows, invoiceId: InvoiceId) {
  const invoice = await flows.issued(invoiceId);
  const asked = askedNow((await flows.plans.load(planIdOf(invoiceId))).state, invoice);
  return { asked, due: payableOf(invoice) };
}

/** As the page's form does it, from what was shown. */
function pay(
  flows: MoneyFlows,
  invoiceId: InvoiceId,
  page: Awaited<ReturnType<typeof shown>>,
  paymentMethod = 'pm_other',
): Promise<unknown> {
  const card = { kind: 'card', paymentMethod, offSession: false, amount: null } as const;
  const amount = page.asked?.amount.minor ?? page.due.minor;
  return flows.startCollection(
    { invoiceId, planPart: null, amount, due: page.due, mode: 'all_or_nothing', tenders: [card] },
    flows.metadata(),
  );
}

/** Sets money against the invoice that nobody collected. */
async function cash(flows: MoneyFlows, invoiceId: InvoiceId, cents: number): Promise<void> {
  const command = {
    type: 'ApplyPayment',
    at: flows.clock.now(),
    applicationId: 'cash',
    collectionId: null,
    tender: { kind: 'manual', manualPaymentId: manualPaymentIdOf(randomUUID()) },
    amount: usd(cents),
  } as const;
  accepted(await flows.invoices.run(invoiceId, command, flows.metadata()));
}

/** What is left of each part, the amounts that were charged, and whether a part is still said to be collected. */
async function told({ flows, invoiceId, planId }: Awaited<ReturnType<typeof inParts>>) {
  const { state } = await flows.plans.load(planId);
  if (state.status === 'absent') throw new TypeError('the plan is there');
  const charged = (await flows.facts('PaymentCaptured')).length;
  return {
    left: state.parts.map(({ amount, settled }) => Number(amount.minor - settled.minor)),
    charged,
    collecting: state.parts.filter(({ collection }) => collection !== null).length,
    due: Number(payableOf(await flows.issued(invoiceId)).minor),
  };
}

const once = { left: [0, 3000, 3000], charged: 1, collecting: 0, due: 6000 };

describe('a part of a plan that its customer pays by hand', () => {
  it('is not collected as well where the customer was first, however late its plan hears of it', async () => {
    const plan = await inParts();
    const { flows, invoiceId, fallsDue } = plan;
    await fallsDue();
    // The part is due, the worker has not looked yet, and the customer has the invoice.
    expect(await pay(flows, invoiceId, await shown(flows, invoiceId))).toMatchObject({ outcome: 'started' });
    expect(await flows.settle()).toEqual([]);
    expect(await told(plan)).toEqual(once);
    expect(await flows.facts('PlanPartCollectionFailed')).toEqual([]);
    await flows.tellAgain();
    await flows.settle();
    expect(await told(plan)).toEqual(once);
  });

  it('is not asked for again where the worker was first, neither by a page from before nor by a new one', async () => {
    const plan = await inParts();
    const { flows, invoiceId, fallsDue } = plan;
    await fallsDue();
    const before = await shown(flows, invoiceId);
    expect([before.asked?.amount, before.asked?.isDue]).toEqual([usd(3000), true]);
    expect(await flows.settle()).toEqual([]);
    expect(await pay(flows, invoiceId, before)).toMatchObject({ outcome: 'invoice_due_changed' });
    expect(await flows.settle()).toEqual([]);
    expect(await told(plan)).toEqual(once);
    const after = await shown(flows, invoiceId);
    expect([after.asked?.parts.map(({ part }) => part), after.asked?.isDue]).toEqual([[2], false]);
  });

  it.each([0, 3, 8, 13, 21])('is charged once where both look at once, %i steps apart', async (steps) => {
    const plan = await inParts();
    const { flows, invoiceId, fallsDue } = plan;
    await fallsDue();
    const page = await shown(flows, invoiceId);
    const customer = (async () => {
      for (let step = 0; step < steps; step += 1) await Promise.resolve();
      return pay(flows, invoiceId, page);
    })();
    const worker = flows.settle();
    await Promise.all([customer, worker]);
    expect(await flows.settle()).toEqual([]);
    expect(await told(plan)).toEqual(once);
  });

  it.each<[string, (...about: Parameters<typeof pay>) => Promise<unknown>]>([
    [
      'began to pay with a card that is declined',
      (flows, invoiceId, page) => pay(flows, invoiceId, page, 'pm_declined'),
    ],
    ['paid some of it', (flows, invoiceId) => cash(flows, invoiceId, 1000)],
  ])('is collected anew where its customer %s just before the worker claimed', async (_, act) => {
    const plan = await inParts();
    const { flows, invoiceId, fallsDue } = plan;
    await fallsDue();
    const page = await shown(flows, invoiceId);
    const append = flows.eventStore.append.bind(flows.eventStore);
    let overtaken = false;
    flows.eventStore.append = async (stream, expected, events) => {
      const appended = await append(stream, expected, events);
      if (!overtaken && events.some(({ type }) => type === 'CollectionStarted')) {
        overtaken = true;
        await act(flows, invoiceId, page);
      }
      return appended;
    };
    expect(await flows.settle()).toEqual([]);
    expect((await flows.facts('CollectionClaimRefused')).length).toBe(1);
    expect(await told(plan)).toEqual(once);
  });

  it('looks paid as soon as its invoice is, and not only when its plan has heard of it', async () => {
    const { flows, invoiceId, fallsDue } = await inParts();
    await fallsDue();
    await cash(flows, invoiceId, 4000);
    const { asked } = await shown(flows, invoiceId);
    // Ten of the second part are paid with what was too much for the first.
    expect([asked?.parts.map(({ part }) => part), asked?.amount, asked?.isDue]).toEqual([
      [2],
      usd(2000),
      false,
    ]);
  });
});

describe('a part of a plan that falls due', () => {
  it.each([
    ['the default payment method, where the customer has no other wish', [], 'pm_ok'],
    ['what the customer would rather pay by, where it is saved', ['sepa_debit'], 'pm_debit'],
    ['the default where nothing of that kind is saved', ['us_bank_account'], 'pm_ok'],
  ] as const)('is charged to %s', async (_title, methodOrder, charged) => {
    const plan = await inParts(createMoneyFlows(undefined, 0, 0n, 'USD', methodOrder), 'pm_debit');
    await plan.fallsDue();
    await plan.flows.settle();
    const asked = await plan.flows.facts('PaymentConfirmRequested');
    expect(asked.map(({ data }) => data['paymentMethod'])).toEqual([charged]);
  });
});

describe('a card that expires in the middle of a plan', () => {
  it('fails its part alone, which another card pays, and the new default card collects the rest', async () => {
    const flows = createMoneyFlows();
    const customerId = await flows.customer();
    const { invoiceId, planId } = await flows.approvedOrder(customerId, 9000, installments(3));
    expect(await flows.settle()).toEqual([]);
    flows.gateway.expired.add('pm_ok');
    expect(await flows.advance(31)).toEqual([]);
    const failures = await flows.facts('PlanPartCollectionFailed');
    expect(failures.map(({ data }) => [data['part'], data['failure']])).toEqual([[2, 'expired_card']]);
    const parts = async () => {
      const { state } = await flows.plans.load(planId);
      if (state.status === 'absent') throw new TypeError('the plan is there');
      return [state.status, ...state.parts.map((part) => Number(outstandingOf(part).minor))];
    };
    expect(await parts()).toEqual(['active', 0, 3000, 3000]);
    await pay(flows, invoiceId, await shown(flows, invoiceId), 'pm_new');
    expect(await flows.settle()).toEqual([]);
    expect(await parts()).toEqual(['active', 0, 0, 3000]);
    await flows.saveMethod(customerId, 'pm_new');
    expect(await flows.advance(31)).toEqual([]);
    expect(await parts()).toEqual(['completed', 0, 0, 0]);
    // Nothing was charged twice, and what failed once was not tried again by itself.
    expect((await flows.facts('PaymentCaptured')).length).toBe(3);
    expect((await flows.facts('PlanPartCollectionFailed')).length).toBe(1);
    expect(await flows.ledger()).toEqual({ processor_balance: 9000, revenue: -9000 });
  });
});
