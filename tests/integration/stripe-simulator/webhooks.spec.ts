import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Stripe from 'stripe';
import type { Bench, Received, Receiver } from './support.js';
import { openBench, openReceiver, paying, until } from './support.js';

const SECRETS = ['whsec_new', 'whsec_old'];

describe('Webhooks of the Stripe simulator', () => {
  let bench: Bench;
  let receiver: Receiver;
  beforeEach(async () => {
    receiver = await openReceiver();
    bench = await openBench({
      webhookEndpoints: [{ url: receiver.url, secrets: SECRETS }],
      webhookRetry: { firstMs: 10, attemptsMax: 5 },
    });
  });
  afterEach(async () => {
    await bench.sim.close();
    await receiver.close();
  });

  const pay = () => bench.stripe.paymentIntents.create(paying());
  const types = (received: readonly Received[]) => received.map(({ event }) => event.type).sort();
  const settled = () => until(async () => (await bench.state()).pending_deliveries === 0);
  const PAID = ['charge.succeeded', 'charge.updated', 'payment_intent.created', 'payment_intent.succeeded'];

  it('signs deliveries so that the SDK accepts them with either secret', async () => {
    await pay();
    await settled();
    expect(types(receiver.received)).toEqual(PAID);
    for (const { body, signature } of receiver.received) {
      for (const secret of SECRETS) {
        expect(Stripe.webhooks.constructEvent(body, signature, secret).object).toBe('event');
      }
      expect(() => Stripe.webhooks.constructEvent(`${body} `, signature, 'whsec_new')).toThrow();
      expect(() => Stripe.webhooks.constructEvent(body, signature, 'whsec_wrong')).toThrow();
      expect(signature).toMatch(/^t=\d+,v1=[0-9a-f]{64},v1=[0-9a-f]{64}$/);
    }
  });

  it('carries the object as it was and the request that caused it', async () => {
    await bench.stripe.paymentIntents.create(paying(), { idempotencyKey: 'the-key' });
    await settled();
    const created = receiver.received.find(({ event }) => event.type === 'payment_intent.created')?.event;
    expect(created).toMatchObject({
      api_version: '2026-10-28.endive',
      livemode: false,
      pending_webhooks: 1,
      request: { id: expect.stringMatching(/^req_/), idempotency_key: 'the-key' },
      data: { object: { status: 'requires_confirmation', amount_received: 0 } },
    });
    const stored = await bench.stripe.events.retrieve(created?.id ?? '');
    expect(stored.pending_webhooks).toBe(0);
  });

  it('does not wait for the receiver before it answers', async () => {
    await bench.post('/sim/webhooks', { delay_ms: 60 });
    await pay();
    expect(receiver.received).toHaveLength(0);
    await settled();
    expect(receiver.received).toHaveLength(4);
  });

  it('delivers before it answers when asked to', async () => {
    await bench.post('/sim/webhooks', { before_answer: true });
    await pay();
    expect(types(receiver.received)).toEqual(PAID);
  });

  it('tries again after a refusal, with the same event id, until it is taken', async () => {
    receiver.status = 500;
    await pay();
    await until(() => receiver.received.length >= 8);
    receiver.status = 200;
    await settled();
    const ids = new Set(receiver.received.map(({ event }) => event.id));
    expect(ids.size).toBe(4);
    expect(receiver.received.length).toBeGreaterThan(8);
  });

  it('gives up after a bounded number of attempts', async () => {
    receiver.status = 302;
    await pay();
    await settled();
    expect(receiver.received).toHaveLength(20);
    expect((await bench.state()).webhooks.abandoned).toBe(4);
  });

  it('duplicates deliveries', async () => {
    await bench.post('/sim/webhooks', { duplicate: 2 });
    await pay();
    await settled();
    expect(receiver.received).toHaveLength(12);
    expect(new Set(receiver.received.map(({ event }) => event.id)).size).toBe(4);
  });

  it('shuffles deliveries', async () => {
    await bench.post('/sim/webhooks', { shuffle: true });
    for (let n = 0; n < 8; n += 1) await pay();
    await settled();
    const order = receiver.received.map(({ event }) => event.id);
    const written = (await bench.events()).map((event: Stripe.Event) => event.id);
    expect([...order].sort()).toEqual([...written].sort());
    expect(order).not.toEqual(written);
  });

  it('drops deliveries but keeps the events', async () => {
    await bench.post('/sim/webhooks', { drop: true });
    const paid = await pay();
    await bench.post('/sim/webhooks', {});
    await bench.stripe.paymentIntents.update(paid.id, { metadata: { a: '1' } });
    expect(receiver.received).toHaveLength(0);
    const events = await bench.stripe.events.list({ type: 'payment_intent.succeeded' });
    expect(events.data).toHaveLength(1);
    const answer = await bench.post('/sim/webhooks/deliver', {
      event: events.data[0]?.id,
      times: 3,
      shuffle: true,
    });
    expect(answer.statuses).toEqual([200, 200, 200]);
    expect(receiver.received).toHaveLength(3);
  });

  it('can lie about version, mode and time', async () => {
    await bench.post('/sim/webhooks', {
      api_version: '2019-01-01',
      livemode: true,
      timestamp_offset_seconds: -301,
    });
    await pay();
    await settled();
    const [first] = receiver.received;
    expect(first?.event).toMatchObject({ api_version: '2019-01-01', livemode: true });
    expect(() =>
      Stripe.webhooks.constructEvent(first?.body ?? '', first?.signature ?? '', 'whsec_new'),
    ).toThrow('Timestamp outside the tolerance zone');
  });

  it('tells what happened when a refund fails', async () => {
    const paid = await bench.stripe.paymentIntents.create(paying('pm_card_refundFail'));
    await bench.stripe.refunds.create({ payment_intent: paid.id });
    await settled();
    receiver.received.length = 0;
    await bench.advance(11);
    await settled();
    expect(types(receiver.received)).toEqual([
      'charge.refund.updated',
      'charge.updated',
      'refund.failed',
      'refund.updated',
    ]);
    const updated = receiver.received.find(({ event }) => event.type === 'refund.updated')?.event;
    expect(updated?.data.previous_attributes).toMatchObject({ status: 'succeeded' });
    expect(updated?.request).toEqual({ id: null, idempotency_key: null });
  });

  it.each([
    [
      'pm_card_chargeDeclined',
      {},
      ['charge.failed', 'payment_intent.created', 'payment_intent.payment_failed'],
    ],
    ['pm_card_threeDSecure2Required', {}, ['payment_intent.created', 'payment_intent.requires_action']],
    [
      'pm_card_visa',
      { capture_method: 'manual' as const },
      ['charge.succeeded', 'payment_intent.amount_capturable_updated', 'payment_intent.created'],
    ],
    [
      'pm_usBankAccount_success',
      { allowed_payment_method_types: ['us_bank_account'] },
      ['charge.pending', 'payment_intent.created', 'payment_intent.processing'],
    ],
  ])('announces the steps of %s', async (method, more, expected) => {
    await bench.stripe.paymentIntents.create(paying(method, more)).catch(() => {});
    await settled();
    expect(types(receiver.received)).toEqual(expected);
  });

  it('sends only what an endpoint asked for, to every endpoint that asked', async () => {
    const other = await openReceiver();
    await bench.post('/sim/webhook_endpoints', {
      endpoints: [
        { url: receiver.url, secrets: ['whsec_a'], enabled_events: ['charge.succeeded'] },
        { url: other.url, secrets: ['whsec_b'], enabled_events: ['*'] },
      ],
    });
    await pay();
    await settled();
    expect(types(receiver.received)).toEqual(['charge.succeeded']);
    expect(types(other.received)).toEqual(PAID);
    const listed = await bench.stripe.webhookEndpoints.list();
    expect(listed.data.map(({ url, enabled_events }) => [url, enabled_events])).toEqual([
      [receiver.url, ['charge.succeeded']],
      [other.url, ['*']],
    ]);
    await other.close();
  });
});
