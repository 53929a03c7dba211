import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { StripeSimulatorOptions } from '../../../src/infrastructure/stripe-simulator/server.js';
import { startStripeSimulator } from '../../../src/infrastructure/stripe-simulator/server.js';
import type { Bench } from './support.js';
import { benchOf, openReceiver, paying, RAW_PAYMENT, raw, until } from './support.js';

describe('The journal of the Stripe simulator', () => {
  let dataDir: string;
  let bench: Bench;
  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'stripe-simulator-'));
    bench = benchOf(await startStripeSimulator({ dataDir }));
  });
  afterEach(async () => {
    await bench.sim.close();
    rmSync(dataDir, { recursive: true });
  });

  const file = () => join(dataDir, 'stripe-simulator.jsonl');
  const restart = async (options: StripeSimulatorOptions = {}) => {
    await bench.sim.close();
    bench = benchOf(await startStripeSimulator({ dataDir, ...options }));
  };
  const keyed = (key: string) => raw(bench, '/v1/payment_intents', RAW_PAYMENT, { 'Idempotency-Key': key });

  it('keeps objects, events, books and lists over a restart', async () => {
    const paid = await bench.stripe.paymentIntents.create(paying());
    await bench.stripe.refunds.create({ payment_intent: paid.id, amount: 250 });
    const snapshot = async () => ({
      intents: (await bench.stripe.paymentIntents.list()).data,
      charges: (await bench.stripe.charges.list()).data.map((charge) => ({ ...charge, receipt_url: null })),
      transactions: (await bench.stripe.balanceTransactions.list()).data,
      events: await bench.events(),
      journal: await bench.journal(),
      balance: await bench.sums(),
    });
    const before = await snapshot();
    await restart();
    expect(await snapshot()).toEqual(before);
  });

  it('keeps idempotency keys over a restart', async () => {
    const first = await keyed('k');
    await restart();
    const again = await keyed('k');
    expect(again.text).toBe(first.text);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect((await keyed('k2')).json.id).not.toBe(first.json.id);
  });

  it('has the effect on disk when the answer was lost', async () => {
    await bench.post('/sim/next', { behavior: 'lose_answer' });
    await expect(keyed('k')).rejects.toThrow();
    await restart();
    expect((await keyed('k')).headers.get('idempotent-replayed')).toBe('true');
    expect((await bench.state()).counts.charge).toBe(1);
  });

  it('drops a torn last line, effect and key together', async () => {
    await keyed('kept');
    await keyed('torn');
    await bench.sim.close();
    const bytes = readFileSync(file());
    const lastLine = bytes.lastIndexOf(10, bytes.length - 2) + 1;
    writeFileSync(file(), bytes.subarray(0, lastLine + Math.floor((bytes.length - lastLine) / 2)));
    bench = benchOf(await startStripeSimulator({ dataDir }));
    expect((await bench.state()).counts.charge).toBe(1);
    const again = await keyed('torn');
    expect(again.headers.get('idempotent-replayed')).toBeNull();
    await restart();
    expect((await bench.state()).counts.charge).toBe(2);
  });

  it('refuses to start on a journal that is corrupt in the middle', async () => {
    await keyed('a');
    await bench.sim.close();
    appendFileSync(file(), 'garbage\n');
    appendFileSync(file(), '{"at":1,"put":[]}\n');
    await expect(startStripeSimulator({ dataDir })).rejects.toThrow('line 2 is not a journal entry');
    writeFileSync(file(), '');
    bench = benchOf(await startStripeSimulator({ dataDir }));
  });

  it('goes on with plans and virtual time', async () => {
    await bench.advance(1000);
    const paid = await bench.stripe.paymentIntents.create(paying('pm_card_refundFail'));
    const refund = await bench.stripe.refunds.create({ payment_intent: paid.id });
    await restart();
    expect((await bench.clock()).offset_ms).toBe(1_000_000);
    await bench.advance(11);
    expect((await bench.stripe.refunds.retrieve(refund.id)).status).toBe('failed');
  });

  it('delivers after a restart what was pending before', async () => {
    const receiver = await openReceiver();
    const endpoints = { webhookEndpoints: [{ url: receiver.url, secrets: ['whsec_a'] }] };
    receiver.status = 503;
    await restart(endpoints);
    await bench.stripe.paymentIntents.create(paying());
    await until(() => receiver.received.length >= 4);
    await bench.sim.close();
    receiver.received.length = 0;
    receiver.status = 200;
    bench = benchOf(await startStripeSimulator({ dataDir, ...endpoints }));
    await bench.advance(5);
    await until(async () => (await bench.state()).pending_deliveries === 0);
    expect(new Set(receiver.received.map(({ event }) => event.id)).size).toBe(4);
    await receiver.close();
  });

  it('forgets everything on reset, on disk too', async () => {
    await keyed('k');
    await bench.post('/sim/reset');
    await restart();
    expect((await bench.state()).counts).toMatchObject({ charge: 0, event: 0, idempotency: 0 });
  });

  it('repeats itself exactly with a seed and an injected clock', async () => {
    const run = async () => {
      const now = () => 1_800_000_000_000;
      const sim = await startStripeSimulator({ seed: 'seven', now });
      const one = benchOf(sim);
      await one.stripe.paymentIntents.create(paying(), { idempotencyKey: 'k' });
      const lines = (await one.journal()).lines;
      await sim.close();
      return lines;
    };
    const first = await run();
    expect(first.length).toBeGreaterThan(2);
    expect(await run()).toEqual(first);
  });

  it('continues a seeded sequence after a restart instead of repeating it', async () => {
    await restart({ seed: 'seven' });
    const a = await bench.stripe.paymentIntents.create(paying());
    await restart({ seed: 'seven' });
    const b = await bench.stripe.paymentIntents.create(paying());
    expect(b.id).not.toBe(a.id);
    expect((await bench.stripe.paymentIntents.list()).data).toHaveLength(2);
  });
});
