import { describe, expect, it } from '@jest/globals';
import { claimOn, dueOf } from '../../../src/domain/invoice/state.js';
import { unappliedOf } from '../../../src/domain/manual-payment/state.js';
import type { CustomerId, InvoiceId } from '../../../src/domain/shared/ids.js';
import { usd } from '../../support/payment-examples.js';
import { bounce, cheque } from './cheques.js';
import { dyingAfter } from './dying.js';
import type { MoneyFlows } from './money-flows.js';
import { accepted, createMoneyFlows } from './money-flows.js';

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

/** 20.00 of credit, 12.00 by a card and 18.00 by a cheque, for an invoice of 50.00. */
async function byThree(
  mode: 'all_or_nothing' | 'accumulate',
  { paymentMethod = 'pm_ok', verify = true, cardLast = false, captures = true } = {},
) {
  const { flows, customerId, invoiceId } = await withCredit();
  if (!captures) {
    const refusal = { code: 'capture_charge_authorization_expired', message: 'Too late.' };
    flows.gateway.capture = async () => ({ outcome: 'refused', refusal, final: true });
  }
  const manualPaymentId = await cheque(flows, customerId, null, 1800, verify);
  const credit = { kind: 'credit', amount: null } as const;
  const card = { kind: 'card', paymentMethod, offSession: false, amount: 1200n } as const;
  const byCheque = { kind: 'manual', manualPaymentId, amount: null } as const;
  const tenders = cardLast ? [credit, byCheque, card] : [credit, card, byCheque];
  await flows.startCollection({ invoiceId, planPart: null, amount: null, mode, tenders }, flows.metadata());
  expect(await flows.settle()).toEqual([]);

  return {
    flows,
    invoiceId,
    manualPaymentId,

    /** What is due, what is held, released and spent of the credit, and what the cheque has not paid yet. */
    async told() {
      const { state } = await flows.manualPayments.load(manualPaymentId);
      const left = state.status === 'verified' ? Number(unappliedOf(state).minor) : state.status;
      const due = Number(dueOf(await flows.issued(invoiceId)).minor);
      return { due, credit: await heldOf(flows, customerId), left };
    },
  };
}

describe('collecting an invoice by credit, then card, then cheque', () => {
  it('takes all three, and a refund goes back in the reverse order', async () => {
    const { flows, invoiceId, told } = await byThree('all_or_nothing');
    expect(await told()).toEqual({ due: 0, credit: [2000, 0, 2000], left: 0 });
    const books = { bank: 4800, processor_balance: 1200, revenue: -6000 };
    expect(await flows.ledger()).toEqual(books);
    const by = { actor: 'key_1', holder: null };
    const some = { invoiceId, amount: 3500n, refundReason: null, by };
    const refunded = await flows.refundInvoice(some, flows.metadata());
    expect(refunded).toMatchObject({
      parts: [
        { kind: 'manual', amount: usd(1800) },
        { kind: 'card', amount: usd(1200) },
        { kind: 'credit', amount: usd(500) },
      ],
    });
    expect(await flows.settle()).toEqual([]);
    expect(await flows.ledger()).toEqual({ bank: 4800, customer_credit: -2300, revenue: -2500 });
  });

  it('waits for a cheque, and gives the others back to the unit when nobody accepts it', async () => {
    const { flows, invoiceId, manualPaymentId, told } = await byThree('all_or_nothing', { verify: false });
    expect(await told()).toEqual({ due: 5000, credit: [2000, 0, 0], left: 'recorded' });
    expect(claimOn(await flows.issued(invoiceId))).toBeDefined();
    const reject = { type: 'RejectManualPayment', at: flows.clock.now() } as const;
    const by = { actor: 'key_1', holder: 'bob' };
    accepted(await flows.manualPayments.handle(manualPaymentId, { ...reject, by }, flows.metadata()));
    expect(await flows.advance(1)).toEqual([]);
    expect(await told()).toEqual({ due: 5000, credit: [2000, 2000, 0], left: 'rejected' });
    expect(claimOn(await flows.issued(invoiceId))).toBeUndefined();
    const [canceled, captured] = [await flows.facts('PaymentCanceled'), await flows.facts('PaymentCaptured')];
    expect([canceled.length, captured.length]).toEqual([1, 0]);
    expect(await flows.ledger()).toMatchObject({ accounts_receivable: 5000, customer_credit: -2000 });
  });

  it('gives credit and cheque back when the card behind them is declined', async () => {
    const about = { paymentMethod: 'pm_declined', cardLast: true };
    const { flows, told } = await byThree('all_or_nothing', about);
    expect(await told()).toEqual({ due: 5000, credit: [2000, 2000, 0], left: 1800 });
    expect(await flows.ledger()).toMatchObject({ accounts_receivable: 5000, customer_credit: -2000 });
  });

  it('gives credit and cheque back that were taken already when the card behind them is not captured', async () => {
    const { flows, invoiceId, told } = await byThree('all_or_nothing', { captures: false, cardLast: true });
    expect(await flows.facts('CreditSpent')).toHaveLength(1);
    expect(await told()).toEqual({ due: 5000, credit: [2000, 0, 2000], left: 1800 });
    expect(claimOn(await flows.issued(invoiceId))).toBeUndefined();
    expect(await flows.ledger()).toMatchObject({ accounts_receivable: 5000, customer_credit: -2000 });
  });

  it.each([false, true])(
    'keeps what came in beside a declined card where parts are kept, the card last: %s',
    async (cardLast) => {
      const { flows, invoiceId, told } = await byThree('accumulate', {
        paymentMethod: 'pm_declined',
        cardLast,
      });
      expect(await told()).toEqual({ due: 1200, credit: [2000, 0, 2000], left: 0 });
      expect(claimOn(await flows.issued(invoiceId))).toBeUndefined();
    },
  );
});
