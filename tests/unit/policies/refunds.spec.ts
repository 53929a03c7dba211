import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { creditNoteIdOf } from '../../../src/application/invoice/invoice-ids.js';
import { refundIdOf } from '../../../src/application/payment/payment-ids.js';
import { dueOf } from '../../../src/domain/invoice/state.js';
import { refundable } from '../../../src/domain/payment/state.js';
import type { InvoiceId, PaymentId, RefundId } from '../../../src/domain/shared/ids.js';
import { parseInvoiceId, parsePaymentId } from '../../../src/domain/shared/ids.js';
import type { RefundReason } from '../../../src/domain/shared/refund-reason.js';
import { required, usd } from '../../support/payment-examples.js';
import { bounce, cheque } from './cheques.js';
import { creditNoteBy, unableToWrite } from './dying.js';
import type { MoneyFlows } from './money-flows.js';
import { accepted, createMoneyFlows } from './money-flows.js';
import { comesBack, refundedAtProvider } from './refunding.js';

async function payByCard(flows: MoneyFlows, invoiceId: InvoiceId): Promise<PaymentId> {
  const request = { invoiceId, planPart: null, amount: null, mode: 'all_or_nothing' } as const;
  await flows.startCollection(
    { ...request, tenders: [{ kind: 'card', paymentMethod: 'pm_ok', offSession: false, amount: null }] },
    flows.metadata(),
  );
  await flows.settle();
  const [created] = (await flows.facts('PaymentCreated')).slice(-1);
  return required(parsePaymentId(String(created?.data['paymentId'])));
}

async function refund(
  flows: MoneyFlows,
  paymentId: PaymentId,
  cents: number | null,
  refundReason: RefundReason | null,
): Promise<RefundId> {
  const refundId = refundIdOf(randomUUID());
  const amount = cents === null ? null : usd(cents);
  const at = flows.clock.now();
  accepted(
    await flows.payments.handle(
      paymentId,
      { type: 'RequestRefund', at, refundId, amount, refundReason, secondPerson: null },
      flows.metadata(),
    ),
  );
  return refundId;
}

async function paidInvoice() {
  const flows = createMoneyFlows();
  const customerId = await flows.customer();
  const invoiceId = await flows.invoice(customerId, 5000);
  const paymentId = await payByCard(flows, invoiceId);
  expect((await flows.issued(invoiceId)).status).toBe('paid');
  return { flows, customerId, invoiceId, paymentId };
}

describe('a refund of a card payment that paid an invoice', () => {
  it.each<[RefundReason | null]>([['requested_by_customer'], [null]])(
    'of what was given back (%s) is taken off the invoice, and a credit note says why',
    async (reason) => {
      const { flows, invoiceId, paymentId } = await paidInvoice();
      await refund(flows, paymentId, 2000, reason);
      expect(await flows.settle()).toEqual([]);
      const invoice = await flows.issued(invoiceId);
      expect([invoice.status, dueOf(invoice)]).toEqual(['paid', usd(0)]);
      expect(invoice.creditNotes).toMatchObject([{ total: usd(2000), creditReason: 'returned' }]);
      expect(await flows.ledger()).toEqual({ processor_balance: 3000, revenue: -3000 });
    },
  );

  it.each([500, 2000])(
    'is credited once, and whoever paid %s cents of it again before the credit note was there has them as credit',
    async (cents) => {
      const { flows, customerId, invoiceId, paymentId } = await paidInvoice();
      await refund(flows, paymentId, 2000, null);
      await unableToWrite(flows, creditNoteBy('refund_news'), () => flows.settle());
      const card = { kind: 'card', paymentMethod: 'pm_ok', offSession: false, amount: null } as const;
      const again = { amount: BigInt(cents), mode: 'all_or_nothing', tenders: [card] } as const;
      await flows.startCollection({ invoiceId, planPart: null, ...again }, flows.metadata());
      const isDone = async () => {
        expect(await flows.settle()).toEqual([]);
        const invoice = await flows.issued(invoiceId);
        expect([invoice.status, dueOf(invoice)]).toEqual(['paid', usd(0)]);
        expect(invoice.creditNotes).toMatchObject([{ total: usd(2000), creditReason: 'returned' }]);
        const granted = (await flows.facts('CreditGranted')).map(({ stream, data }) => [
          stream,
          data['amount'],
        ]);
        expect(granted).toEqual([
          [`creditAccount-${customerId}`, { amount: String(cents), currency: 'USD' }],
        ]);
        expect(await flows.ledger()).toEqual({
          ...{ processor_balance: 3000 + cents, customer_credit: -cents, revenue: -3000 },
        });
      };
      await isDone();
      await flows.tellAgain();
      await isDone();
    },
  );

  it('that somebody credited by hand before its credit note was there gets no second one', async () => {
    const { flows, invoiceId, paymentId } = await paidInvoice();
    await refund(flows, paymentId, 2000, null);
    await unableToWrite(flows, creditNoteBy('refund_news'), () => flows.settle());
    const creditNoteId = creditNoteIdOf(randomUUID());
    const scope = { by: 'total', amount: usd(2000) } as const;
    accepted(
      await flows.invoices.credit(
        invoiceId,
        { creditNoteId, scope, creditReason: 'returned' },
        flows.metadata(),
      ),
    );
    expect(await flows.settle()).toEqual([]);
    const invoice = await flows.issued(invoiceId);
    expect(invoice.creditNotes.map(({ total }) => total)).toEqual([usd(2000)]);
    expect(await flows.ledger()).toEqual({ processor_balance: 3000, revenue: -3000 });
  });

  it.each<[RefundReason]>([['fraudulent'], ['duplicate']])(
    'of a payment that should not have been (%s) leaves the invoice to be paid, without a credit note',
    async (reason) => {
      const { flows, invoiceId, paymentId } = await paidInvoice();
      await refund(flows, paymentId, null, reason);
      expect(await flows.settle()).toEqual([]);
      const invoice = await flows.issued(invoiceId);
      expect([invoice.status, dueOf(invoice), invoice.creditNotes]).toEqual(['open', usd(5000), []]);
      expect(await flows.ledger()).toEqual({ accounts_receivable: 5000, revenue: -5000 });
    },
  );

  it.each<[RefundReason]>([['requested_by_customer'], ['fraudulent']])(
    'that comes back later (%s) is credit of the customer, once, and is not refunded a second time',
    async (reason) => {
      const { flows, customerId, paymentId } = await paidInvoice();
      const refundId = await refund(flows, paymentId, 2000, reason);
      await flows.settle();
      await comesBack(flows, paymentId, refundId);
      expect(await flows.settle()).toEqual([]);
      const [granted, ...others] = await flows.facts('CreditGranted');
      expect(others).toEqual([]);
      expect(granted?.stream).toBe(`creditAccount-${customerId}`);
      expect(granted?.data).toMatchObject({ grantType: 'refund_to_credit', paid: true });
      const { state } = await flows.payments.load(paymentId);
      expect(state.status === 'captured' && refundable(state)).toEqual(usd(3000));
      const ledger = await flows.ledger();
      expect(ledger).toMatchObject({ processor_balance: 5000, customer_credit: -2000 });
      expect(ledger['unapplied_payments']).toBeUndefined();
    },
  );

  it('that comes back after the rest was refunded as well is credit only as far as money is there', async () => {
    const { flows, paymentId } = await paidInvoice();
    const refundId = await refund(flows, paymentId, 2000, null);
    await flows.settle();
    await comesBack(flows, paymentId, refundId);
    // Before anything follows, a colleague refunds all of it by hand.
    await refund(flows, paymentId, null, null);
    expect(await flows.settle()).toEqual([]);
    expect(await flows.facts('CreditGranted')).toEqual([]);
    expect(await flows.ledger()).toEqual({});
  });

  /** 20.00 of the 50.00 was refunded, came back, and is credit. */
  async function keptAsCredit() {
    const paid = await paidInvoice();
    const { flows, paymentId } = paid;
    const refundId = await refund(flows, paymentId, 2000, null);
    await flows.settle();
    await comesBack(flows, paymentId, refundId);
    expect(await flows.settle()).toEqual([]);
    expect(await flows.ledger()).toMatchObject({ processor_balance: 5000, customer_credit: -2000 });
    return paid;
  }

  it('made at the provider of what is credit takes the credit as far as it is unspent', async () => {
    const { flows, paymentId } = await keptAsCredit();
    await refundedAtProvider(flows, paymentId, 3500);
    expect(await flows.settle()).toEqual([]);
    expect(await flows.ledger()).toEqual({ processor_balance: 1500, customer_credit: -1500 });
    await refundedAtProvider(flows, paymentId, 1500);
    expect(await flows.settle()).toEqual([]);
    expect(await flows.ledger()).toEqual({});
    expect(await flows.facts('CreditLeftUnpaid')).toEqual([]);
    await flows.tellAgain();
    expect(await flows.settle()).toEqual([]);
    expect(await flows.ledger()).toEqual({});
  });

  it('made at the provider of credit that is spent is owed on invoices of their own, once', async () => {
    const { flows, customerId, paymentId } = await keptAsCredit();
    const other = await flows.invoice(customerId, 1200);
    const credit = { kind: 'credit', amount: null } as const;
    await flows.startCollection(
      { invoiceId: other, planPart: null, amount: null, mode: 'accumulate', tenders: [credit] },
      flows.metadata(),
    );
    expect(await flows.settle()).toEqual([]);
    await refundedAtProvider(flows, paymentId, 4300);
    expect(await flows.settle()).toEqual([]);
    // 30.00 had paid the invoice, 8.00 of the credit was unspent, and 5.00 of what is spent is owed.
    const books = { processor_balance: 700, accounts_receivable: 500, revenue: -1200 };
    expect(await flows.ledger()).toEqual(books);
    await refundedAtProvider(flows, paymentId, 700);
    expect(await flows.settle()).toEqual([]);
    expect(await flows.ledger()).toEqual({ accounts_receivable: 1200, revenue: -1200 });
    const owed = (await flows.facts('InvoiceFinalized')).filter(
      ({ data }) => data['purpose'] === 'returned_payment',
    );
    expect(owed.map(({ data }) => data['total'])).toEqual([
      { amount: '500', currency: 'USD' },
      { amount: '700', currency: 'USD' },
    ]);
    // The chairs go back: what the credit had paid is owed no more, and nothing is left over.
    const by = { actor: 'key_1', holder: null };
    const all = { invoiceId: other, amount: null, refundReason: null, by };
    await flows.refundInvoice(all, flows.metadata());
    expect(await flows.settle()).toEqual([]);
    await flows.tellAgain();
    expect(await flows.settle()).toEqual([]);
    expect(await flows.ledger()).toEqual({});
  });

  it('what of it comes back is asked for no more, by the same invoices whenever that is told', async () => {
    const { flows, customerId, paymentId } = await keptAsCredit();
    const other = await flows.invoice(customerId, 1200);
    const credit = { kind: 'credit', amount: null } as const;
    await flows.startCollection(
      { invoiceId: other, planPart: null, amount: null, mode: 'accumulate', tenders: [credit] },
      flows.metadata(),
    );
    for (const cents of [4300, 700]) {
      await refundedAtProvider(flows, paymentId, cents);
      expect(await flows.settle()).toEqual([]);
    }
    const owed = (await flows.facts('InvoiceFinalized'))
      .filter(({ data }) => data['purpose'] === 'returned_payment')
      .map(({ stream }) => required(parseInvoiceId(stream.slice('invoice-'.length))));
    const due = async () => Promise.all(owed.map(async (id) => dueOf(await flows.issued(id))));
    const paid = await cheque(flows, customerId, required(owed[0]), 500);
    expect(await flows.settle()).toEqual([]);
    expect(await due()).toEqual([usd(0), usd(700)]);
    const by = { actor: 'key_1', holder: null };
    const some = { invoiceId: other, amount: 700n, refundReason: null, by };
    await flows.refundInvoice(some, flows.metadata());
    expect(await flows.settle()).toEqual([]);
    expect(await due()).toEqual([usd(0), usd(0)]);
    await bounce(flows, paid);
    expect(await flows.settle()).toEqual([]);
    expect(await due()).toEqual([usd(500), usd(0)]);
    const [returned] = await flows.facts('CreditUnpaidReturned');
    await flows.tellAgain(required(returned));
    expect(await flows.settle()).toEqual([]);
    expect(await due()).toEqual([usd(500), usd(0)]);
  });

  it('made at the provider that comes back is credit again', async () => {
    const { flows, paymentId } = await keptAsCredit();
    await refundedAtProvider(flows, paymentId, 5000);
    expect(await flows.settle()).toEqual([]);
    const { state } = await flows.payments.load(paymentId);
    const adopted = state.status === 'captured' ? state.refunds.at(-1) : undefined;
    await comesBack(flows, paymentId, required(adopted).refundId);
    expect(await flows.settle()).toEqual([]);
    expect(await flows.ledger()).toEqual({ processor_balance: 5000, customer_credit: -5000 });
  });

  it('of all that a plan had collected cancels the plan', async () => {
    const flows = createMoneyFlows();
    const customerId = await flows.customer();
    const { orderId, planId } = await flows.approvedOrder(customerId, 5000);
    expect(await flows.settle()).toEqual([]);
    expect((await flows.orders.load(orderId)).state.status).toBe('paid');
    const [created] = await flows.facts('PaymentCreated');
    const paymentId = required(parsePaymentId(String(created?.data['paymentId'])));
    await refund(flows, paymentId, null, 'requested_by_customer');
    expect(await flows.settle()).toEqual([]);
    expect((await flows.plans.load(planId)).state.status).toBe('canceled');
    expect(await flows.ledger()).toEqual({});
  });
});
