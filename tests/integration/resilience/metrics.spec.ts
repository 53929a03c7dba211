import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { apiClient } from '../../support/api-client.js';
import type { RunningApp } from '../../support/counterfoil.js';
import { startApp } from '../../support/counterfoil.js';
import { eventually } from '../../support/eventually.js';

const webhookSecret = 'whsec_0123456789abcdef0123456789';

let app: RunningApp;
beforeAll(async () => {
  app = await startApp('Postgres', { STRIPE_WEBHOOK_SECRET: webhookSecret });
});
afterAll(() => app.stop());

const scrape = async (): Promise<string> => {
  const { status, headers, text } = await apiClient(app.url, null).get('/metrics');
  expect([status, headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
  return text;
};
const figure = (text: string, name: string): number | undefined => {
  const line = text.split('\n').find((each) => each.startsWith(`counterfoil_${name} `));
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
};
const pay = (method: string) =>
  app.api.post('/v1/payments', { amount: 900, currency: 'USD', payment_method: method, confirm: true });

describe('the figures for Prometheus', () => {
  it('tell what became of payments, refunds, webhooks and calls', async () => {
    const paid = await pay('pm_card_visa');
    expect((await pay('pm_card_chargeDeclined')).status).toBe(402);
    await app.api.post('/v1/refunds', { payment: paid.body['id'], amount: 100 });
    const text = await eventually(
      scrape,
      (page) => (figure(page, 'webhooks_handled_total{status="processed"}') ?? 0) >= 5,
    );
    expect(figure(text, 'http_requests_total{method="post",route="/v1/payments",status="201"}')).toBe(1);
    expect(figure(text, 'http_requests_total{method="post",route="/v1/payments",status="402"}')).toBe(1);
    expect(figure(text, 'payments_total{outcome="captured"}')).toBe(1);
    expect(figure(text, 'payments_total{outcome="declined"}')).toBe(1);
    expect(figure(text, 'refunds_total{outcome="succeeded"}')).toBe(1);
    expect(figure(text, 'stripe_calls_total{endpoint="POST payment_intents",result="200"}')).toBe(1);
    expect(figure(text, 'webhooks_received_total{result="stored"}')).toBeGreaterThanOrEqual(5);
    expect(
      figure(text, 'http_requests_total{method="post",route="/webhooks/stripe",status="200"}'),
    ).toBeGreaterThanOrEqual(5);
  });

  it('show what waits, what is broken, and how busy the process is', async () => {
    const text = await scrape();
    for (const name of [
      'effects{state="open"}',
      'effects{state="in_doubt"}',
      'effects_oldest_seconds',
      'inbox_webhooks{status="received"}',
      'inbox_webhooks{status="parked"}',
      'projection_lag_seconds{projection="ledger"}',
      'projection_parked_events{projection="payments"}',
      'breaker_state{breaker="stripe_writes",state="closed"}',
      'breaker_state{breaker="stripe_reads",state="closed"}',
      'pool_connections{pool="queries",state="busy"}',
      'pool_connections{pool="projections",state="busy"}',
      'requests_under_way{lane="reads"}',
    ]) {
      expect([name, figure(text, name)]).toEqual([name, expect.any(Number)]);
    }
    expect(text).not.toMatch(/counterfoil_watch_up\{[^}]*\} 0/);
    expect(text).toContain('nodejs_eventloop_lag_p99_seconds');
    expect(text).toContain('process_resident_memory_bytes');
  });

  it('see a payment in doubt', async () => {
    await app.simulator.post('/sim/next', {
      behavior: 'reset_before',
      operation: 'payment_intents.create',
      times: 1_000,
    });
    expect((await pay('pm_card_visa')).status).toBe(202);
    const text = await eventually(scrape, (page) => figure(page, 'effects{state="in_doubt"}') === 1, 20_000);
    expect(figure(text, 'effects{state="open"}')).toBe(1);
    expect(figure(text, 'effects_oldest_seconds')).toBeGreaterThan(0);
    expect(
      figure(text, 'stripe_calls_total{endpoint="POST payment_intents",result="no_answer"}'),
    ).toBeGreaterThan(0);
    await app.simulator.post('/sim/next/clear', {});
    await eventually(scrape, (page) => figure(page, 'effects{state="open"}') === 0, 60_000);
  });

  it('hold no id, no secret and nothing that a client chose, and stay as few as they are', async () => {
    await scrape();
    const few = (await scrape()).split('\n').length;
    for (let at = 0; at < 30; at += 1) {
      await app.api.get(`/v1/payments/pay_0193f1a0-0000-7000-8000-0000000000${10 + at}`);
      await app.api.get(`/strange/${at}`);
      await app.api.send('PUT', `/v1/strange-${at}`, '', { 'x-request-id': `chosen-${at}` });
    }
    const text = await scrape();
    expect(text.split('\n').length - few).toBeLessThan(60);
    expect(text).not.toMatch(/\b(pay|pi|re|ch|evt|cus|key|req)_[0-9A-Za-z]/);
    expect(text).not.toMatch(/sk_(test|live)|whsec|postgres(ql)?:|127\.0\.0\.1|strange|chosen/);
    for (const secret of [webhookSecret, String(app.apiKey), app.databaseUrl])
      expect(text).not.toContain(secret);
  });
});
