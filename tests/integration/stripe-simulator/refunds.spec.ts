import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type Stripe from 'stripe';
import type { Bench } from './support.js';
import { openBench, paying, refused, until } from './support.js';

describe('Refunds of the Stripe simulator', () => {
  let bench: Bench;
  let stripe: Stripe;
  beforeAll(async () => {
    bench = await openBench();
    stripe = bench.stripe;
  });
  afterAll(() => bench.sim.close());

  const pay = (method = 'pm_card_visa') => stripe.paymentIntents.create(paying(method));
  const chargeOf = async (intent: Stripe.PaymentIntent) =>
    stripe.charges.retrieve(String(intent.latest_charge), { expand: ['refunds'] });
  const netOf = async (sources: readonly string[]) => {
    let net = 0;
    for (const source of sources) {
      const page = await stripe.balanceTransactions.list({ source });
      for (const transaction of page.data) net += transaction.net;
    }
    return net;
  };

  it('gives back parts until nothing is left', async () => {
    const paid = await pay();
    const first = await stripe.refunds.create({ payment_intent: paid.id, amount: 300 });
    expect(first).toMatchObject({ status: 'succeeded', amount: 300, payment_intent: paid.id });
    expect(await chargeOf(paid)).toMatchObject({ amount_refunded: 300, refunded: false });
    const rest = await stripe.refunds.create({
      charge: String(paid.latest_charge),
      metadata: { why: 'rest' },
    });
    expect(rest).toMatchObject({ amount: 700, metadata: { why: 'rest' } });
    const charge = await chargeOf(paid);
    expect(charge).toMatchObject({ amount_refunded: 1000, refunded: true });
    expect(charge.refunds?.data.map((refund) => refund.id)).toEqual([rest.id, first.id]);
    const listed = await stripe.refunds.list({ payment_intent: paid.id });
    expect(listed.data.map((refund) => refund.id)).toEqual([rest.id, first.id]);
  });

  it('never gives back more than there is', async () => {
    const paid = await pay();
    await stripe.refunds.create({ payment_intent: paid.id, amount: 600 });
    const more = await refused(stripe.refunds.create({ payment_intent: paid.id, amount: 401 }));
    expect(more).toMatchObject({
      statusCode: 400,
      param: 'amount',
      message: 'Refund amount ($4.01) is greater than unrefunded amount on charge ($4.00)',
    });
    await stripe.refunds.create({ payment_intent: paid.id });
    const again = await refused(stripe.refunds.create({ payment_intent: paid.id }));
    expect(again).toMatchObject({
      code: 'charge_already_refunded',
      message: `Charge ${paid.latest_charge} has already been refunded.`,
    });
  });

  it('lets exactly one of many parallel 60 % refunds through', async () => {
    const paid = await pay();
    const tries = await Promise.allSettled(
      Array.from({ length: 10 }, () => stripe.refunds.create({ payment_intent: paid.id, amount: 600 })),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('refunds only what was captured', async () => {
    const held = await stripe.paymentIntents.create(paying('pm_card_visa', { capture_method: 'manual' }));
    expect((await refused(stripe.refunds.create({ payment_intent: held.id }))).statusCode).toBe(400);
    await stripe.paymentIntents.capture(held.id, { amount_to_capture: 400 });
    expect((await stripe.refunds.create({ payment_intent: held.id })).amount).toBe(400);
  });

  it('takes back the whole effect of a refund that fails later', async () => {
    const paid = await pay('pm_card_refundFail');
    const refund = await stripe.refunds.create({ payment_intent: paid.id });
    expect(refund.status).toBe('succeeded');
    expect(await netOf([refund.id])).toBe(-1000);
    await bench.advance(11);
    const failed = await stripe.refunds.retrieve(refund.id, {
      expand: ['balance_transaction', 'failure_balance_transaction'],
    });
    expect(failed).toMatchObject({ status: 'failed', failure_reason: 'expired_or_canceled_card' });
    expect(failed.balance_transaction).toMatchObject({ type: 'refund', net: -1000 });
    expect(failed.failure_balance_transaction).toMatchObject({ type: 'refund_failure', net: 1000 });
    expect(await netOf([refund.id])).toBe(0);
    expect(await chargeOf(paid)).toMatchObject({ amount_refunded: 0, refunded: false });
    expect((await stripe.refunds.create({ payment_intent: paid.id })).amount).toBe(1000);
  });

  it('leaves a refund pending until its time has come', async () => {
    const paid = await pay('pm_card_pendingRefund');
    const refund = await stripe.refunds.create({ payment_intent: paid.id });
    expect(refund.status).toBe('pending');
    await bench.advance(11);
    expect((await stripe.refunds.retrieve(refund.id)).status).toBe('succeeded');
    expect(await netOf([refund.id])).toBe(-1000);
  });

  it('lets things happen in real time as well', async () => {
    await bench.post('/sim/settings', { refund_outcome_ms: 30 });
    const paid = await pay('pm_card_refundFail');
    const refund = await stripe.refunds.create({ payment_intent: paid.id });
    await until(async () => (await stripe.refunds.retrieve(refund.id)).status === 'failed');
    await bench.post('/sim/settings', { refund_outcome_ms: 10_000 });
  });

  it('fails and succeeds refunds on command, once', async () => {
    const paid = await pay('pm_card_pendingRefund');
    const [a, b] = [
      await stripe.refunds.create({ payment_intent: paid.id, amount: 100 }),
      await stripe.refunds.create({ payment_intent: paid.id, amount: 200 }),
    ];
    await bench.post(`/sim/refunds/${a.id}/fail`);
    await bench.post(`/sim/refunds/${b.id}/succeed`);
    await bench.advance(60);
    expect((await stripe.refunds.retrieve(a.id)).status).toBe('failed');
    expect((await stripe.refunds.retrieve(b.id)).status).toBe('succeeded');
    expect(await bench.post(`/sim/refunds/${a.id}/fail`)).toHaveProperty('error');
    expect(await netOf([a.id, b.id])).toBe(-200);
  });

  it('cancels only refunds that wait for the customer', async () => {
    const paid = await pay('pm_card_pendingRefund');
    const refund = await stripe.refunds.create({ payment_intent: paid.id });
    expect((await refused(stripe.refunds.cancel(refund.id))).statusCode).toBe(400);
    await bench.post(`/sim/refunds/${refund.id}/require_action`);
    expect((await stripe.refunds.cancel(refund.id)).status).toBe('canceled');
    expect(await netOf([refund.id])).toBe(0);
    const dashboard = await pay();
    const immediate = await stripe.refunds.create({ payment_intent: dashboard.id });
    expect((await bench.post(`/sim/refunds/${immediate.id}/cancel`)).status).toBe('canceled');
    expect(await netOf([immediate.id])).toBe(0);
  });

  it('keeps metadata of refunds and knows their reasons', async () => {
    const paid = await pay();
    const refund = await stripe.refunds.create({
      payment_intent: paid.id,
      reason: 'requested_by_customer',
      metadata: { a: '1' },
    });
    const changed = await stripe.refunds.update(refund.id, { metadata: { b: '2' } });
    expect(changed).toMatchObject({ reason: 'requested_by_customer', metadata: { a: '1', b: '2' } });
    const bad = { payment_intent: paid.id, reason: 'whim' } as unknown as Stripe.RefundCreateParams;
    expect((await refused(stripe.refunds.create(bad))).param).toBe('reason');
  });
});
