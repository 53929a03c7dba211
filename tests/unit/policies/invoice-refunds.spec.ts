import { describe, expect, it } from '@jest/globals';
import type { EventMetadata } from '../../../src/application/ports/event-store.js';
import { Contention } from '../../../src/application/shared/command-handler.js';
import { dueOf, paidOf } from '../../../src/domain/invoice/state.js';
import type { RefundReason } from '../../../src/domain/payment/events.js';
import type { CustomerId, InvoiceId } from '../../../src/domain/shared/ids.js';
import { usd } from '../../support/payment-examples.js';
import { cheque } from './cheques.js';
import type { MoneyFlows } from './money-flows.js';
import { createMoneyFlows } from './money-flows.js';

/** An invoice of 50.00, paid with 12.00 of credit, then 30.00 by card, then a cheque of 8.00. */
async function paidInvoice() {
  const flows = createMoneyFlows();
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
  flows.refundInvoice({ invoiceId, amount: cents === null ? null : BigInt(cents), refundReason: reason }, as);

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
    await refund(flows, invoiceId, 4500);
    // The card's part is still on the invoice, and with its payment asked for.
    expect(paidOf(await flows.issued(invoiceId))).toEqual(usd(3500));
    expect(await refund(flows, invoiceId, 501)).toEqual({ outcome: 'refund_exceeds_paid', left: usd(500) });
    expect(await flows.settle()).toEqual([]);
    expect(await refund(flows, invoiceId, 501)).toEqual({ outcome: 'refund_exceeds_paid', left: usd(500) });
    expect(await shares(refund(flows, invoiceId, null))).toEqual([['credit', 500]]);
    expect(await flows.settle()).toEqual([]);
    expect(await refund(flows, invoiceId, null)).toEqual({ outcome: 'invoice_not_paid' });
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
    expect(await refund(flows, other, 500)).toMatchObject({ outcome: 'invoice_already_being_collected' });
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
    const counted = ['InvoicePaymentReversed', 'RefundRequested', 'CreditRestored', 'InvoiceCredited'];
    const facts = await Promise.all(counted.map((type) => flows.facts(type)));
    expect(facts.map(({ length }) => length)).toEqual([3, 1, 1, 3]);
  });

  it.each([[0], [1], [2], [3], [4], [5]])(
    'comes to the same when its process dies after %s writes and it is repeated',
    async (writes) => {
      const { flows, invoiceId } = await paidInvoice();
      const as = flows.metadata();
      const append = flows.eventStore.append.bind(flows.eventStore);
      let left = writes;
      flows.eventStore.append = async (...given) => {
        if (left === 0) throw new Error('the process died');
        left -= 1;
        return append(...given);
      };
      await refund(flows, invoiceId, 4500, { as }).catch(() => undefined);
      flows.eventStore.append = append;
      // What was recorded has its consequences before anybody asks again: no money hangs in the air.
      expect(await flows.settle()).toEqual([]);
      expect(await flows.ledger()).not.toHaveProperty('unapplied_payments');
      expect(await shares(refund(flows, invoiceId, 4500, { as }))).toEqual([
        ['manual', 800],
        ['card', 3000],
        ['credit', 700],
      ]);
      expect(await flows.settle()).toEqual([]);
      expect(await flows.ledger()).toEqual({ bank: 3000, revenue: -1500, customer_credit: -1500 });
    },
  );
});
