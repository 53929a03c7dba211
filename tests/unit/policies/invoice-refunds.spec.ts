import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { refundIdOf } from '../../../src/application/payment/payment-ids.js';
import type { RefundRule } from '../../../src/application/payment/refund-rule.js';
import { createRefundRule } from '../../../src/application/payment/refund-rule.js';
import { planIdOf } from '../../../src/application/plan/plan-ids.js';
import type { EventMetadata, RecordedEvent } from '../../../src/application/ports/event-store.js';
import { Contention } from '../../../src/application/shared/command-handler.js';
import { dueOf, paidOf } from '../../../src/domain/invoice/state.js';
import { installments } from '../../../src/domain/plan/terms.js';
import type { CustomerId, InvoiceId } from '../../../src/domain/shared/ids.js';
import { parseManualPaymentId, parsePaymentId, parseRefundId } from '../../../src/domain/shared/ids.js';
import type { RefundReason } from '../../../src/domain/shared/refund-reason.js';
import { required, usd } from '../../support/payment-examples.js';
import { date } from '../../support/plan-examples.js';
import { bounce, cheque } from './cheques.js';
import { dyingAfter } from './dying.js';
import type { MoneyFlows } from './money-flows.js';
import { accepted, createMoneyFlows } from './money-flows.js';

/** An invoice of 50.00, paid with 12.00 of credit, then 30.00 by card, then a cheque of 8.00. */
async function paidInvoice(refundRule?: RefundRule) {
  const flows = createMoneyFlows(refundRule);
  const customerId = await flows.customer();
  await cheque(flows, customerId, await flows.invoice(customerId, 1000), 2200);
  await flows.settle();
  const invoiceId = await flows.invoice(customerId, 5000);
  await flows.startCollection(
    {
      ...{ invoiceId, planPart: null, amount: 4200n, mode: 'all_or_nothing' },
      tenders: [
        { kind: 'credit', amount: null },
        { kind: 'card', paymentMethod: 'pm_ok', offSession: false, amount: null },
      ],
    },
    flows.metadata(),
  );
  await flows.settle();
  await cheque(flows, customerId, invoiceId, 800);
  expect(await flows.settle()).toEqual([]);
  expect((await flows.issued(invoiceId)).status).toBe('paid');
  return { flows, customerId, invoiceId };
}

const refund = (
  flows: MoneyFlows,
  invoiceId: InvoiceId,
  cents: number | null,
  { reason = null, as = flows.metadata() }: { reason?: RefundReason | null; as?: EventMetadata } = {},
) =>
  flows.refundInvoice(
    {
      ...{ invoiceId, amount: cents === null ? null : BigInt(cents), refundReason: reason },
      by: { actor: 'key_1', holder: 'ann' },
    },
    as,
  );

const refundIdIn = (recorded: RecordedEvent | undefined) =>
  required(parseRefundId(String(recorded?.data['refundId'])));

const shares = async (refunded: ReturnType<typeof refund>) => {
  const answer = await refunded;
  return answer.outcome === 'given_back'
    ? answer.parts.map(({ kind, amount }) => [kind, Number(amount.minor)])
    : answer;
};

async function spendableOf(flows: MoneyFlows, customerId: CustomerId): Promise<number> {
  const { state } = await flows.credits.load(customerId);
  if (state.status === 'absent') return 0;
  const { granted, spent, restored } = state.balances.USD ?? {};
  return [granted, restored].reduce((total, one) => total + Number(one?.minor ?? 0n), -Number(spent?.minor));
}

/** An invoice of 90.00 in three parts, each paid with a cheque. */
async function paidInParts(refundOrder: 'pro_rata' | null) {
  const flows = createMoneyFlows();
  const customerId = await flows.customer();
  const invoiceId = await flows.invoice(customerId, 9000);
  const planId = planIdOf(invoiceId);
  const terms = installments(3, date('2026-03-03'), refundOrder === null ? {} : { refundOrder });
  const details = {
    ...{ planId, invoiceId, orderId: null, customerId, terms },
    ...{ approvedOn: date('2026-03-02'), zone: 'UTC' },
  };
  const start = { type: 'StartPlan', at: flows.clock.now(), details, total: usd(9000) } as const;
  accepted(await flows.startPlan(start, null, flows.metadata()));
  for (const cents of [3000, 3000, 3000]) {
    await cheque(flows, customerId, invoiceId, cents);
    expect(await flows.settle()).toEqual([]);
  }
  return { flows, invoiceId };
}

describe('a refund of an invoice with a plan', () => {
  it.each([
    [null, [3000, 1500]],
    ['pro_rata', [1500, 1500, 1500]],
  ] as const)('unwinds the payments as the plan says: %s', async (order, expected) => {
    const { flows, invoiceId } = await paidInParts(order);
    const given = await shares(refund(flows, invoiceId, 4500));
    expect(given).toEqual(expected.map((cents) => ['manual', cents]));
    expect(await flows.settle()).toEqual([]);
    expect(paidOf(await flows.issued(invoiceId))).toEqual(usd(4500));
  });
});

describe('a refund of an invoice that several tenders had paid', () => {
  it('goes back to the last one first: a cheque becomes credit, a card is refunded, credit returns', async () => {
    const { flows, customerId, invoiceId } = await paidInvoice();
    expect(await shares(refund(flows, invoiceId, 4500))).toEqual([
      ['manual', 800],
      ['card', 3000],
      ['credit', 700],
    ]);
    expect(await flows.settle()).toEqual([]);
    const invoice = await flows.issued(invoiceId);
    expect([invoice.status, paidOf(invoice), dueOf(invoice)]).toEqual(['paid', usd(500), usd(0)]);
    expect(invoice.creditNotes.map(({ total }) => Number(total.minor)).toSorted((a, b) => a - b)).toEqual([
      700, 800, 3000,
    ]);
    expect(await spendableOf(flows, customerId)).toBe(1500);
    // 22.00 by the first cheque and 8.00 by the second are with the bank; 10.00 and 5.00 were sold, and 15.00 are owed.
    expect(await flows.ledger()).toEqual({ bank: 3000, revenue: -1500, customer_credit: -1500 });
  });

  it('gives no more than is left, also while a refund is under way, and nothing of what is not paid', async () => {
    const { flows, invoiceId } = await paidInvoice();
    const tooMuch = { outcome: 'rejected', rejection: { code: 'refund_exceeds_paid', left: usd(500) } };
    await refund(flows, invoiceId, 4500);
    // The card's part is still on the invoice, and with its payment asked for.
    expect(paidOf(await flows.issued(invoiceId))).toEqual(usd(3500));
    expect(await refund(flows, invoiceId, 501)).toEqual(tooMuch);
    expect(await flows.settle()).toEqual([]);
    expect(await refund(flows, invoiceId, 501)).toEqual(tooMuch);
    expect(await shares(refund(flows, invoiceId, null))).toEqual([['credit', 500]]);
    expect(await flows.settle()).toEqual([]);
    expect(await refund(flows, invoiceId, null)).toEqual({
      ...{ outcome: 'rejected', rejection: { code: 'invoice_not_paid' } },
    });
    expect(paidOf(await flows.issued(invoiceId))).toEqual(usd(0));
  });

  it('is refused while the invoice is collected', async () => {
    const { flows, customerId, invoiceId } = await paidInvoice();
    const other = await flows.invoice(customerId, 4000);
    await cheque(flows, customerId, other, 1000);
    await flows.settle();
    const card = { kind: 'card', paymentMethod: 'pm_ok', offSession: false, amount: null } as const;
    const started = await flows.startCollection(
      { invoiceId: other, planPart: null, amount: null, mode: 'all_or_nothing', tenders: [card] },
      flows.metadata(),
    );
    expect(started.outcome).toBe('started');
    expect(await refund(flows, other, 500)).toMatchObject({
      rejection: { code: 'invoice_already_being_collected' },
    });
    expect((await refund(flows, invoiceId, 500)).outcome).toBe('given_back');
  });

  it.each<[RefundReason]>([['duplicate'], ['fraudulent']])(
    'of payments that should not have been (%s) leaves the invoice to be paid',
    async (reason) => {
      const { flows, invoiceId } = await paidInvoice();
      await refund(flows, invoiceId, null, { reason });
      expect(await flows.settle()).toEqual([]);
      const invoice = await flows.issued(invoiceId);
      expect([invoice.status, dueOf(invoice), invoice.creditNotes]).toEqual(['open', usd(5000), []]);
    },
  );

  it('gives no more than was paid when several are asked for at once; who comes second may repeat', async () => {
    const { flows, invoiceId } = await paidInvoice();
    const requests = [flows.metadata(), flows.metadata(), flows.metadata()];
    const answers = await Promise.allSettled(requests.map((as) => refund(flows, invoiceId, 4500, { as })));
    for (const answer of answers) {
      if (answer.status === 'rejected') expect(answer.reason).toBeInstanceOf(Contention);
    }
    expect(await flows.settle()).toEqual([]);
    for (const as of requests) await refund(flows, invoiceId, 4500, { as });
    expect(await flows.settle()).toEqual([]);
    const invoice = await flows.issued(invoiceId);
    expect([0, 500]).toContain(Number(paidOf(invoice).minor));
    expect(dueOf(invoice)).toEqual(usd(0));
    expect(await flows.facts('RefundRequested')).toHaveLength(1);
    expect(await flows.ledger()).not.toHaveProperty('unapplied_payments');
  });

  it('gives nothing twice when it is repeated, or told of again', async () => {
    const { flows, invoiceId } = await paidInvoice();
    const as = flows.metadata();
    const first = await shares(refund(flows, invoiceId, 4500, { as }));
    expect(await shares(refund(flows, invoiceId, 4500, { as }))).toEqual(first);
    expect(await flows.settle()).toEqual([]);
    expect(await shares(refund(flows, invoiceId, 4500, { as }))).toEqual(first);
    await flows.tellAgain();
    expect(await flows.settle()).toEqual([]);
    expect(await counts(flows)).toEqual([1, 3, 1, 1, 3]);
  });

  it.each([[0], [1], [2], [3], [4], [5]])(
    'is finished without its client when its process dies after %s writes, if the first of them was the request',
    async (writes) => {
      const { flows, customerId, invoiceId } = await paidInvoice();
      const as = flows.metadata();
      await dyingAfter(writes, flows, () => refund(flows, invoiceId, 4500, { as }));
      expect(await flows.settle()).toEqual([]);
      const done = { bank: 3000, revenue: -1500, customer_credit: -1500 };
      const nothing = { bank: 3000, processor_balance: 3000, revenue: -6000 };
      expect(await flows.ledger()).toEqual(writes === 0 ? nothing : done);
      expect(await counts(flows)).toEqual(writes === 0 ? [0, 0, 0, 0, 0] : [1, 3, 1, 1, 3]);
      // Whoever asks again all the same is told what went back, and nothing moves.
      expect(await shares(refund(flows, invoiceId, 4500, { as }))).toEqual([
        ['manual', 800],
        ['card', 3000],
        ['credit', 700],
      ]);
      expect(await flows.settle()).toEqual([]);
      expect(await flows.ledger()).toEqual(done);
      expect(await counts(flows)).toEqual([1, 3, 1, 1, 3]);
      expect(await spendableOf(flows, customerId)).toBe(1500);
    },
  );

  it.each([0, 1])(
    'waits with its card for a second person, also when its process died %s writes after it was recorded',
    async (writes) => {
      const { flows, invoiceId } = await paidInvoice(createRefundRule({ of: new Map(), others: 30 }));
      const as = flows.metadata();
      const ask = () => refund(flows, invoiceId, 4500, { reason: 'requested_by_customer', as });
      await dyingAfter(1 + writes, flows, ask);
      expect(await flows.settle()).toEqual([]);
      const [waits] = await flows.facts('RefundApprovalRequested');
      expect(waits?.data).toMatchObject({ amount: { amount: '3000' }, requestedBy: 'ann' });
      const others = { bank: 3000, processor_balance: 3000, revenue: -4500, customer_credit: -1500 };
      expect(await flows.ledger()).toEqual(others);
      const paymentId = required(parsePaymentId(String(waits?.stream.slice('payment-'.length))));
      const reject = { type: 'RejectRefund', refundId: refundIdIn(waits), at: flows.clock.now() } as const;
      const by = { actor: 'key_2', holder: 'bob' };
      accepted(await flows.payments.handle(paymentId, { ...reject, by }, flows.metadata()));
      expect(await flows.settle()).toEqual([]);
      const [refused] = await flows.facts('InvoiceRefundPartRefused');
      expect(refused?.data).toMatchObject({ code: 'refund_not_approved' });
      expect(await flows.ledger()).toEqual(others);
      // What was not approved is on the invoice, and may be asked for again.
      expect(await shares(refund(flows, invoiceId, null, { reason: 'duplicate' }))).toEqual([
        ['card', 3000],
        ['credit', 500],
      ]);
    },
  );

  it('leaves what the provider refuses on the invoice, gives the rest back, and may be asked for again', async () => {
    const { flows, invoiceId } = await paidInvoice();
    const as = flows.metadata();
    flows.gateway.outage = 'refused';
    await refund(flows, invoiceId, 4500, { as });
    expect(await flows.settle()).toEqual([]);
    flows.gateway.outage = undefined;
    const [refused, ...others] = await flows.facts('InvoiceRefundPartRefused');
    expect(others).toEqual([]);
    expect(refused?.data).toMatchObject({
      ...{ amount: { amount: '3000', currency: 'USD' }, code: 'charge_disputed' },
    });
    const invoice = await flows.issued(invoiceId);
    expect([invoice.status, paidOf(invoice), dueOf(invoice)]).toEqual(['paid', usd(3500), usd(0)]);
    expect(invoice.creditNotes.map(({ total }) => Number(total.minor))).toEqual([800, 700]);
    const books = { bank: 3000, processor_balance: 3000, revenue: -4500, customer_credit: -1500 };
    expect(await flows.ledger()).toEqual(books);
    // No other tender takes its place, however often the answer is asked for.
    expect(await refund(flows, invoiceId, 4500, { as })).toMatchObject({
      parts: [
        { kind: 'manual', amount: usd(800) },
        { kind: 'card', amount: usd(3000), refund: { status: 'refused', failureReason: 'charge_disputed' } },
        { kind: 'credit', amount: usd(700) },
      ],
    });
    await flows.tellAgain();
    expect(await flows.settle()).toEqual([]);
    expect(await flows.ledger()).toEqual(books);
    // The card takes it the second time.
    expect(await shares(refund(flows, invoiceId, 3000))).toEqual([['card', 3000]]);
    expect(await flows.settle()).toEqual([]);
    expect(await flows.ledger()).toEqual({ bank: 3000, revenue: -1500, customer_credit: -1500 });
  });

  it('of a cheque that bounces before it has become credit opens just the rest of it again', async () => {
    const { flows, customerId, invoiceId } = await paidInvoice();
    await dyingAfter(1, flows, () => refund(flows, invoiceId, 500));
    const [recorded] = (await flows.facts('ManualPaymentRecorded')).slice(-1);
    const id = String(recorded?.stream.slice('manualPayment-'.length));
    await bounce(flows, required(parseManualPaymentId(id)));
    expect(await flows.settle()).toEqual([]);
    const invoice = await flows.issued(invoiceId);
    expect([dueOf(invoice), invoice.creditNotes.map(({ total }) => total)]).toEqual([usd(300), [usd(500)]]);
    expect(await spendableOf(flows, customerId)).toBe(0);
    expect(await flows.ledger()).toEqual({
      ...{ bank: 2200, processor_balance: 3000, accounts_receivable: 300, revenue: -5500 },
    });
  });

  it('records a part as refused that its payment has lost to another refund meanwhile', async () => {
    const { flows, invoiceId } = await paidInvoice();
    const as = flows.metadata();
    await dyingAfter(1, flows, () => refund(flows, invoiceId, 4500, { as }));
    const [created] = await flows.facts('PaymentCreated');
    const paymentId = required(parsePaymentId(String(created?.data['paymentId'])));
    const byHand = {
      refundId: refundIdOf(randomUUID()),
      amount: usd(1000),
      refundReason: null,
      secondPerson: null,
    };
    accepted(
      await flows.payments.handle(
        paymentId,
        { type: 'RequestRefund', at: flows.clock.now(), ...byHand },
        flows.metadata(),
      ),
    );
    expect(await flows.settle()).toEqual([]);
    const [refused] = await flows.facts('InvoiceRefundPartRefused');
    expect(refused?.data).toMatchObject({ code: 'refund_exceeds_captured' });
    expect(await refund(flows, invoiceId, 4500, { as })).toMatchObject({
      parts: [{ kind: 'manual' }, { kind: 'card', refund: null }, { kind: 'credit' }],
    });
    expect(paidOf(await flows.issued(invoiceId))).toEqual(usd(2500));
    expect(await flows.ledger()).toEqual({
      ...{ bank: 3000, processor_balance: 2000, revenue: -3500, customer_credit: -1500 },
    });
  });
});

/** How many facts there are of a kind. */
async function counts(flows: MoneyFlows): Promise<readonly number[]> {
  const counted = [
    ...['InvoiceRefundRequested', 'InvoicePaymentReversed', 'RefundRequested'],
    ...['CreditRestored', 'InvoiceCredited'],
  ];
  const facts = await Promise.all(counted.map((type) => flows.facts(type)));
  return facts.map(({ length }) => length);
}
