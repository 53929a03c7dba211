import { describe, expect, it } from '@jest/globals';
import type { PaymentGateway } from '../../../src/application/ports/payment-gateway.js';
import { idOf } from '../../../src/application/shared/stream-parts.js';
import { claimOn, dueOf } from '../../../src/domain/invoice/state.js';
import type { DisputeSnapshot, RefundSnapshot } from '../../../src/domain/payment/intent.js';
import { parsePaymentId } from '../../../src/domain/shared/ids.js';
import { disputeNews, required, usd } from '../../support/payment-examples.js';
import { accepted, createMoneyFlows } from './money-flows.js';

/** 12.00 by one card and 18.00 by another, whose capture is refused, so that what the first one brought has to go back. */
async function byTwoCards() {
  const flows = createMoneyFlows();
  const invoiceId = await flows.invoice(await flows.customer(), 3000);
  const capture = flows.gateway.capture.bind(flows.gateway);
  const tooLate = { code: 'capture_charge_authorization_expired', message: 'Too late.' };
  flows.gateway.capture = async (request, key) =>
    request.amount.minor === 1800n
      ? { outcome: 'refused', refusal: tooLate, final: true }
      : capture(request, key);
  const card = { kind: 'card', paymentMethod: 'pm_ok', offSession: false } as const;
  const collect = async () => {
    await flows.startCollection(
      {
        ...{ invoiceId, planPart: null, amount: null, mode: 'all_or_nothing' },
        tenders: [
          { ...card, amount: 1200n },
          { ...card, amount: null },
        ],
      },
      flows.metadata(),
    );
    return flows.settle();
  };
  return { flows, invoiceId, collect };
}

/** A provider with refunds of a payment of 12.00 that were made there, by whatever way. */
function refundingAtMost(gateway: PaymentGateway, made: RefundSnapshot[]) {
  const refund = gateway.refund.bind(gateway);
  gateway.refund = async (request, key) => {
    const known = made.find(({ refundId }) => refundId === request.refundId);
    const left = made.reduce((rest, { amount }) => rest - amount.minor, 1200n);
    if (known === undefined && request.amount.minor > left) {
      const refusal = { code: 'invalid_request_error', message: 'More than the unrefunded amount.' };
      return { outcome: 'refused', refusal, final: false };
    }
    const answer = await refund(request, key);
    if (answer.outcome === 'answered' && known === undefined) made.push(answer.value);
    return answer;
  };
  return (): bigint => made.reduce((total, { amount }) => total + amount.minor, 0n);
}

function madeInDashboard(cents: number): RefundSnapshot {
  return {
    ...{ providerRefundId: 're_dashboard', refundId: null, intentId: 'pi' },
    ...{ status: 'succeeded', amount: usd(cents), failureReason: null },
  };
}

describe('giving back a card payment of which a part went back at the provider, which is not told yet', () => {
  it('learns from the refusal what went back, and gives back the rest at once', async () => {
    const { flows, invoiceId, collect } = await byTwoCards();
    const made = [madeInDashboard(500)];
    const refunded = refundingAtMost(flows.gateway, made);
    flows.gateway.listRefunds = async () => ({ outcome: 'answered', value: made });
    expect(await collect()).toEqual([]);
    expect(refunded()).toBe(1200n);
    const facts = ['RefundRequested', 'RefundRefused', 'RefundAdopted', 'CollectionFailed'];
    const counts = await Promise.all(facts.map(async (type) => (await flows.facts(type)).length));
    expect(counts).toEqual([2, 1, 1, 1]);
    const invoice = await flows.issued(invoiceId);
    expect([dueOf(invoice), claimOn(invoice)]).toEqual([usd(3000), undefined]);
    expect(await flows.ledger()).toEqual({ accounts_receivable: 3000, revenue: -3000 });
  });

  it('asks again when the provider kept silent about its refunds', async () => {
    const { flows, collect } = await byTwoCards();
    const made = [madeInDashboard(500)];
    const refunded = refundingAtMost(flows.gateway, made);
    expect(await collect()).toEqual([]);
    expect(refunded()).toBe(500n);
    flows.gateway.listRefunds = async () => ({ outcome: 'answered', value: made });
    expect(await flows.advance(0.5 / 1_440)).toEqual([]);
    expect(refunded()).toBe(1200n);
    expect(await flows.facts('RefundRefused')).toHaveLength(2);
    expect(await flows.facts('CollectionFailed')).toHaveLength(1);
  });

  it('has nothing to record twice when the process dies between the look and the refusal', async () => {
    const { flows, collect } = await byTwoCards();
    const made = [madeInDashboard(500)];
    const refunded = refundingAtMost(flows.gateway, made);
    flows.gateway.listRefunds = async () => ({ outcome: 'answered', value: made });
    const append = flows.eventStore.append.bind(flows.eventStore);
    flows.eventStore.append = async (...given) => {
      if (given[2].some(({ type }) => type === 'RefundRefused')) throw new Error('the process died');
      return append(...given);
    };
    await expect(collect()).rejects.toThrow('the process died');
    expect(await flows.facts('RefundAdopted')).toHaveLength(1);
    flows.eventStore.append = append;
    expect(await flows.settle()).toEqual([]);
    expect(refunded()).toBe(1200n);
    expect(await flows.facts('RefundAdopted')).toHaveLength(1);
    expect(await flows.facts('CollectionFailed')).toHaveLength(1);
  });
});

describe('giving back what the provider does not let go', () => {
  /** Looks every six hours, for so many days. */
  async function wait(flows: { advance(days: number): Promise<readonly string[]> }, days: number) {
    for (let quarter = 0; quarter < days * 4; quarter += 1) expect(await flows.advance(0.25)).toEqual([]);
  }

  it('is asked for less and less often, and no more while one refund is in doubt', async () => {
    const { flows, collect } = await byTwoCards();
    const refund = flows.gateway.refund.bind(flows.gateway);
    const refusal = { code: 'charge_disputed', message: 'No.' };
    flows.gateway.refund = async () => ({ outcome: 'refused', refusal, final: false });
    expect(await collect()).toEqual([]);
    await wait(flows, 5);
    const refused = (await flows.facts('RefundRefused')).length;
    // Six in the first day, and in the end one a day.
    expect(refused).toBeGreaterThan(7);
    expect(refused).toBeLessThan(13);
    flows.gateway.refund = async () => ({ outcome: 'unknown', reason: 'timeout', retryAfterMs: null });
    await wait(flows, 2);
    expect((await flows.facts('RefundRequested')).length).toBe(refused + 1);
    flows.gateway.refund = refund;
    expect(await flows.settle()).toEqual([]);
    expect((await flows.facts('RefundRequested')).length).toBe(refused + 1);
    expect(await flows.facts('CollectionFailed')).toHaveLength(1);
    expect(await flows.ledger()).toEqual({ accounts_receivable: 3000, revenue: -3000 });
  });

  it('is asked for less and less often where it is a payment that the provider does not cancel yet', async () => {
    const { flows, collect } = await byTwoCards();
    const cancel = flows.gateway.cancel.bind(flows.gateway);
    const refusal = { code: 'payment_intent_unexpected_state', message: 'It is being processed.' };
    flows.gateway.cancel = async () => ({ outcome: 'refused', refusal, final: false });
    expect(await collect()).toEqual([]);
    await wait(flows, 5);
    const refused = (await flows.facts('PaymentCancelRefused')).length;
    expect(refused).toBeGreaterThan(7);
    expect(refused).toBeLessThan(13);
    flows.gateway.cancel = cancel;
    await wait(flows, 2);
    expect(await flows.facts('PaymentCanceled')).toHaveLength(1);
    expect(await flows.facts('CollectionFailed')).toHaveLength(1);
  });
});

describe('giving back a card payment that is disputed meanwhile', () => {
  /** 12.00 was taken and has to go back; the provider refunds nothing while the bank looks at it. */
  async function disputed(cents = 1_200) {
    const { flows, collect } = await byTwoCards();
    const refund = flows.gateway.refund.bind(flows.gateway);
    const refusal = { code: 'charge_disputed', message: 'No.' };
    flows.gateway.refund = async () => ({ outcome: 'refused', refusal, final: false });
    expect(await collect()).toEqual([]);
    const [captured] = await flows.facts('PaymentCaptured');
    const paymentId = required(parsePaymentId(idOf(required(captured).stream)));
    const taken = { balanceTransactionId: 'txn_d1', gross: usd(-cents), fee: usd(1_500) };
    const back = { balanceTransactionId: 'txn_d2', gross: usd(cents), fee: usd(0) };
    const tell = async (status: DisputeSnapshot['status'], withMoney = true) => {
      const all = status === 'won' ? [taken, back] : [taken];
      const movements = withMoney ? all : [];
      const news = disputeNews(status, { amount: usd(cents), movements });
      accepted(await flows.payments.handle(paymentId, news, flows.metadata()));
      return flows.settle();
    };
    const counts = async (...types: string[]) =>
      Promise.all(types.map(async (type) => (await flows.facts(type)).length));
    return { flows, tell, counts, refundAgain: () => (flows.gateway.refund = refund) };
  }

  it('waits for the bank, and gives nothing back that a lost dispute took', async () => {
    const { flows, tell, counts, refundAgain } = await disputed();
    expect(await tell('needs_response')).toEqual([]);
    expect(await counts('CollectionFailed', 'RefundInitiated')).toEqual([0, 0]);
    refundAgain();
    expect(await tell('lost')).toEqual([]);
    expect(await counts('CollectionFailed', 'RefundInitiated')).toEqual([1, 0]);
    expect(await flows.advance(30)).toEqual([]);
    expect(await counts('RefundInitiated')).toEqual([0]);
    const books = await flows.ledger();
    expect([books['dispute_losses'], books['unapplied_payments']]).toEqual([1_200, -1_200]);
  });

  it('hears of what was taken after the decision', async () => {
    const { tell, counts } = await disputed();
    expect(await tell('lost', false)).toEqual([]);
    expect(await counts('CollectionFailed')).toEqual([0]);
    expect(await tell('lost')).toEqual([]);
    expect(await counts('CollectionFailed', 'RefundInitiated')).toEqual([1, 0]);
  });

  it('gives all of it back when the dispute is won', async () => {
    const { flows, tell, counts, refundAgain } = await disputed();
    expect(await tell('needs_response')).toEqual([]);
    refundAgain();
    expect(await tell('won')).toEqual([]);
    expect(await flows.advance(1)).toEqual([]);
    expect(await counts('CollectionFailed', 'RefundInitiated')).toEqual([1, 1]);
    expect(await flows.ledger()).toMatchObject({ accounts_receivable: 3_000, dispute_fees: 1_500 });
    expect((await flows.ledger())['unapplied_payments']).toBeUndefined();
  });

  it('gives back what a dispute that was lost left of it', async () => {
    const { flows, tell, counts, refundAgain } = await disputed(500);
    refundAgain();
    expect(await tell('lost')).toEqual([]);
    expect(await flows.advance(1)).toEqual([]);
    const [refunded] = await flows.facts('RefundInitiated');
    expect(required(refunded).data['amount']).toEqual({ amount: '700', currency: 'USD' });
    expect(await counts('CollectionFailed', 'RefundInitiated')).toEqual([1, 1]);
  });
});
