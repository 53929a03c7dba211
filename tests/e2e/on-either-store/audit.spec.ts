import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer, Json } from '../../support/api-client.js';
import { field, items } from '../../support/api-client.js';
import type { RunningApp } from '../../support/counterfoil.js';
import { chosenStore, startApp } from '../../support/counterfoil.js';
import { eventually } from '../../support/eventually.js';

describe.each([chosenStore])('what an auditor sees, events in %s', (store) => {
  let app: RunningApp;
  let paid: Answer;
  const requests = new Set<unknown>();
  beforeAll(async () => {
    app = await startApp(store);
    const body = { amount: 5000, currency: 'USD', payment_method: 'pm_card_visa', confirm: true };
    paid = await app.api.post('/v1/payments', body, {
      'x-reason': 'Order 1001, phone',
      'x-request-id': 'req-1001',
    });
    const others = [
      await app.api.post('/v1/refunds', { payment: paid.body['id'], amount: 2000 }),
      await app.api.post('/v1/payments', { ...body, amount: 700, currency: 'JPY' }),
      await app.api.post('/v1/payments', { ...body, payment_method: 'pm_card_visa_chargeDeclined' }),
    ];
    // Its end is told by a webhook only.
    const asked = await app.api.post('/v1/payments', {
      ...body,
      payment_method: 'pm_card_threeDSecure2Required',
    });
    const intent = field(asked.body, 'provider', 'payment_intent');
    await app.simulator.post(`/sim/payment_intents/${intent}/complete_action`, { outcome: 'succeed' });
    await eventually(
      () => app.api.get(`/v1/payments/${asked.body['id']}`),
      (answer) => answer.body['status'] === 'succeeded',
      30_000,
    );
    for (const { headers } of [paid, asked, ...others]) requests.add(headers['x-request-id']);
  });
  afterAll(() => app?.stop());

  async function wholeLog(): Promise<readonly Json[]> {
    const log: Json[] = [];
    for (;;) {
      const page = await app.api.get(`/v1/events?after_position=${log.at(-1)?.['position'] ?? 0}&limit=100`);
      log.push(...items(page));
      if (page.body['has_more'] !== true) return log;
    }
  }

  it('every event says who, why, because of what and where it stands', async () => {
    const events = await app.api.get(`/v1/streams/payment-${paid.body['id']}/events`);
    const [created, requested, authorized] = items(events);
    expect(created).toMatchObject({
      type: 'PaymentCreated',
      stream: `payment-${paid.body['id']}`,
      revision: 0,
      actor: { kind: 'api_key' },
      reason: 'Order 1001, phone',
      correlation_id: 'req-1001',
      sentence: expect.stringContaining('50.00 USD'),
    });
    expect(authorized).toMatchObject({ type: 'PaymentAuthorized', causation_id: requested?.['id'] });
    const one = await eventually(
      () => app.api.get(`/v1/events/${created?.['id']}`),
      (answer) => answer.status === 200,
    );
    expect(one.body).toEqual(created);
  });

  it('every event of the whole log is caused by an event before it, a request or a webhook that there was', async () => {
    const [log, webhooks] = [await wholeLog(), new Set<unknown>()];
    for (let after = ''; ; ) {
      const page = await app.api.get(`/v1/inbound_webhooks?limit=100${after}`);
      for (const { id } of items(page)) webhooks.add(id);
      if (page.body['has_more'] !== true) break;
      after = `&starting_after=${String(items(page).at(-1)?.['id'])}`;
    }
    const before = new Set<unknown>();
    const kinds = { event: 0, request: 0, webhook: 0 };
    const causeless: unknown[] = [];
    for (const event of log) {
      const cause = event['causation_id'];
      if (before.has(cause)) kinds.event += 1;
      else if (webhooks.has(cause)) kinds.webhook += 1;
      else if (requests.has(cause)) kinds.request += 1;
      else causeless.push([event['stream'], event['type'], event['actor'], cause]);
      before.add(event['id']);
      expect([event['actor'], event['correlation_id'], event['command_id']]).toEqual([
        { kind: expect.any(String), id: expect.any(String) },
        expect.stringMatching(/./),
        expect.stringMatching(/./),
      ]);
    }
    expect(causeless).toEqual([]);
    expect(Object.values(kinds).every((count) => count > 0)).toBe(true);
  });

  it('all events can be read page by page, in one order', async () => {
    const seen: unknown[] = [];
    let after = 0;
    for (;;) {
      const page = await app.api.get(`/v1/events?after_position=${after}&limit=5`);
      const positions = items(page).map((event) => Number(event['position']));
      expect([...positions].sort((a, b) => a - b)).toEqual(positions);
      seen.push(...items(page).map((event) => event['id']));
      after = positions.at(-1) ?? after;
      if (page.body['has_more'] !== true) break;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBeGreaterThan(12);
  });

  it('the state of a payment at a revision and at an instant', async () => {
    const stream = `payment-${paid.body['id']}`;
    const at = async (when: unknown): Promise<unknown> =>
      field((await app.api.get(`/v1/audit/state?stream=${stream}&at=${when}`)).body, 'state', 'status');
    expect(await at(0)).toBe('requires_payment_method');
    expect(await at(1)).toBe('confirming');
    const events = items(await app.api.get(`/v1/streams/${stream}/events`));
    const captured = events.find((event) => event['type'] === 'PaymentCaptured');
    expect(await at(captured?.['recorded_at'])).toBe('captured');
    expect(
      (await app.api.get(`/v1/audit/state?stream=${stream}&at=2001-01-01T00:00:00Z`)).body,
    ).toMatchObject({
      state: { status: 'absent' },
    });
  });

  it('a replay finds no difference, and finds the one that was planted', async () => {
    const clean = await app.api.post('/v1/audit/replays', {});
    expect(items(clean).length).toBeGreaterThanOrEqual(4);
    for (const report of items(clean)) expect(report).toMatchObject({ difference_count: 0 });
    await app.plantDifference(String(paid.body['id']));
    const planted = items(await app.api.post('/v1/audit/replays', { projection: 'payments' }));
    expect(planted[0]).toMatchObject({ difference_count: 1 });
    expect(JSON.stringify(planted[0])).toContain(String(paid.body['id']));
    await app.api.post('/v1/audit/replays', { projection: 'payments', swap: true });
    const healed = items(await app.api.post('/v1/audit/replays', { projection: 'payments' }));
    expect(healed[0]).toMatchObject({ difference_count: 0 });
  });

  it('the trial balance is zero per currency at every position, and the cash is what Stripe holds', async () => {
    await eventually(
      async () => items(await app.api.get('/v1/ledger/trial_balance')).length,
      (rows) => rows > 0,
    );
    const positions = items(await app.api.get('/v1/events?limit=100')).map((event) => event['position']);
    for (const position of positions) {
      const balance = await app.api.get(`/v1/ledger/trial_balance?at=${position}`);
      const sums = new Map<unknown, number>();
      for (const row of items(balance)) {
        sums.set(row['currency'], (sums.get(row['currency']) ?? 0) + Number(row['balance']));
      }
      expect([...sums.values()].every((sum) => sum === 0)).toBe(true);
    }
    const past = `/v1/ledger/trial_balance?at=${positions.at(-1)}`;
    expect((await app.api.get(past)).body).toEqual((await app.api.get(past)).body);
    const cash = items(await app.api.get('/v1/ledger/trial_balance'))
      .filter((row) => row['account'] === 'processor_balance')
      .map((row) => [row['currency'], row['balance']]);
    expect(Object.fromEntries(cash)).toEqual(await app.simulatorBalances());
  });
});
