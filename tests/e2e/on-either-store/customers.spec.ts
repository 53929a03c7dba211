import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../../support/api-client.js';
import { field, items } from '../../support/api-client.js';
import type { RunningApp } from '../../support/counterfoil.js';
import { chosenStore, startApp } from '../../support/counterfoil.js';
import { eventually } from '../../support/eventually.js';

const json = { 'content-type': 'application/json' };

describe.each([chosenStore])('customers over HTTP, events in %s', (store) => {
  let app: RunningApp;
  beforeAll(async () => {
    app = await startApp(store);
  });
  afterAll(() => app?.stop());

  const register = async (body: object = {}): Promise<string> =>
    String((await app.api.post('/v1/customers', body)).body['id']);
  const send = (method: string, path: string, body: string): Promise<Answer> =>
    app.api.send(method, path, body, json);
  const methodsOf = async (id: string) => items(await app.api.get(`/v1/customers/${id}/payment_methods`));
  const begin = async (id: string) => {
    const setup = await app.api.post(`/v1/customers/${id}/setup_intents`, {});
    const intent = String(field(setup.body, 'provider', 'setup_intent'));
    return { setup, path: `/v1/customers/${id}/setup_intents/${setup.body['id']}`, intent };
  };
  const confirm = (intent: string, card: string) =>
    app.simulator.post(`/sim/setup_intents/${intent}/confirm`, { payment_method: card });
  /** A customer with a saved card, as far as the webhooks have told. */
  async function withCard(id: string, card = 'pm_card_visa'): Promise<string> {
    const before = (await methodsOf(id)).length;
    const { intent } = await begin(id);
    const confirmed = await confirm(intent, card);
    if (confirmed.body['status'] === 'requires_action') {
      await app.simulator.post(`/sim/setup_intents/${intent}/complete_action`, { outcome: 'succeed' });
    }
    const [newest] = await eventually(
      () => methodsOf(id),
      (methods) => methods.length > before,
    );
    return String(newest?.['id']);
  }

  it('adds a card through a setup intent and hears of it by webhook', async () => {
    const id = await register({ name: 'Ada', email: 'ada@example.com', locale: 'en-GB' });
    const { setup, path, intent } = await begin(id);
    expect([setup.status, setup.body['status']]).toEqual([201, 'requires_payment_method']);
    expect(setup.body['client_secret']).toMatch(/_secret_/);
    await confirm(intent, 'pm_card_visa');
    const [card] = await eventually(
      () => methodsOf(id),
      (methods) => methods.length === 1,
    );
    expect(card).toMatchObject({
      kind: 'card',
      brand: 'visa',
      last4: '4242',
      default: true,
      status: 'active',
    });
    const ended = await eventually(
      () => app.api.get(path),
      (now) => now.body['status'] === 'succeeded',
    );
    expect(ended.body['payment_method']).toBe(card?.['id']);
    // The read model follows the aggregate, which may go on with a webhook that comes late.
    const [listed, shown] = await eventually(
      async () => {
        const list = await app.api.get('/v1/customers?email=ADA@example.com');
        return [items(list)[0], (await app.api.get(`/v1/customers/${id}`)).body] as const;
      },
      ([row, now]) => row?.['revision'] === now['revision'],
    );
    expect(listed).toEqual(shown);
    expect(shown['default_payment_method']).toBe(card?.['id']);
  });

  it('tells of a refused card, and of 3-D Secure', async () => {
    const id = await register();
    const { path, intent } = await begin(id);
    await confirm(intent, 'pm_card_chargeDeclinedInsufficientFunds');
    expect((await app.api.get(path)).body).toMatchObject({
      status: 'requires_payment_method',
      last_error: { code: 'insufficient_funds' },
    });
    const told = (type: string) =>
      eventually(
        async () => items(await app.api.get(`/v1/streams/customer-${id}/events?limit=50`)),
        (events) => events.some((event) => event['type'] === type),
      );
    // What a webhook tells of is looked at when it is handled: by then a later attempt may have taken the place of this one.
    await told('PaymentMethodSetupDeclined');
    await confirm(intent, 'pm_card_authenticationRequiredOnSetup');
    expect((await app.api.get(path)).body['status']).toBe('requires_action');
    await app.simulator.post(`/sim/setup_intents/${intent}/complete_action`, { outcome: 'succeed' });
    await eventually(
      () => methodsOf(id),
      (methods) => methods.length === 1,
    );
    await told('PaymentMethodAdded');
  });

  it('removes a card at Stripe as well, and the default moves on', async () => {
    const id = await register();
    const first = await withCard(id);
    const second = await withCard(id, 'pm_card_mastercard');
    await send('PUT', `/v1/customers/${id}/payment_methods/${second}/default`, '');
    const gone = await send('DELETE', `/v1/customers/${id}/payment_methods/${second}`, '');
    expect([gone.status, gone.body['status']]).toEqual([200, 'removed']);
    expect((await app.simulator.get(`/v1/payment_methods/${second}`)).body['customer']).toBeNull();
    expect((await app.api.get(`/v1/customers/${id}`)).body['default_payment_method']).toBe(first);
  });

  it('follows what happens to a card, and to the customer, at Stripe', async () => {
    const id = await register();
    const pm = await withCard(id);
    await app.simulator.post(`/sim/payment_methods/${pm}/renew`, { exp_year: 2041, last4: '1881' });
    const [renewed] = await eventually(
      () => methodsOf(id),
      ([card]) => card?.['exp_year'] === 2041,
    );
    expect(renewed?.['last4']).toBe('1881');
    const shown = await app.api.get(`/v1/customers/${id}`);
    const atStripe = String(field(shown.body, 'provider', 'customer'));
    await app.simulator.send('DELETE', `/v1/customers/${atStripe}`, '', {});
    await eventually(
      () => app.api.get(`/v1/customers/${id}`),
      (now) => field(now.body, 'provider', 'customer') === null,
    );
    expect(await methodsOf(id)).toEqual([]);
    expect((await begin(id)).setup.status).toBe(201);
  });

  it('finishes without the client what Stripe did not answer, with one customer there', async () => {
    const id = await register();
    const countOf = async () =>
      Number(field((await app.simulator.get('/sim/state')).body, 'counts', 'customer') ?? 0);
    const before = await countOf();
    await app.simulator.post('/sim/next', {
      operation: 'customers.create',
      behavior: 'lose_answer',
      times: 2,
    });
    const { setup, path } = await begin(id);
    expect([201, 202]).toContain(setup.status);
    const open = await eventually(
      () => app.api.get(path),
      (now) => now.body['status'] === 'requires_payment_method',
    );
    expect(open.body['client_secret']).toMatch(/_secret_/);
    expect((await countOf()) - before).toBe(1);
  });

  it('charges a saved card while the customer is away, and says so when the bank wants the customer back', async () => {
    const id = await register();
    const visa = await withCard(id);
    const guarded = await withCard(id, 'pm_card_authenticationRequired');
    const pay = (pm: string, more: object = {}) =>
      app.api.post('/v1/payments', {
        ...{ amount: 5000, currency: 'EUR', customer: id, payment_method: pm, confirm: true },
        ...more,
      });
    const paid = await pay(visa, { off_session: true });
    expect([paid.status, paid.body['status'], paid.body['customer']]).toEqual([201, 'succeeded', id]);
    const intent = await app.simulator.get(
      `/v1/payment_intents/${field(paid.body, 'provider', 'payment_intent')}`,
    );
    const shown = await app.api.get(`/v1/customers/${id}`);
    expect(intent.body['customer']).toBe(field(shown.body, 'provider', 'customer'));
    const declined = await pay(guarded, { off_session: true });
    expect(declined.status).toBe(402);
    expect(declined.body).toMatchObject({
      code: 'authentication_required',
      advice: 'confirm_with_customer_present',
    });
    const path = `/v1/payments/${declined.body['id']}`;
    const back = await app.api.post(`${path}/confirm`, { payment_method: guarded });
    expect(back.body['status']).toBe('requires_action');
    const intentId = field(back.body, 'provider', 'payment_intent');
    await app.simulator.post(`/sim/payment_intents/${intentId}/complete_action`, { outcome: 'succeed' });
    await eventually(
      () => app.api.get(path),
      (now) => now.body['status'] === 'succeeded',
    );
    const unknown = await app.api.post('/v1/payments', {
      ...{ amount: 5000, currency: 'EUR', customer: 'cus_0193f1a0-0000-7000-8000-00000000dead' },
    });
    expect([unknown.status, unknown.body['param']]).toEqual([404, 'customer']);
  });

  it('keeps its own account in a place where no person is named', async () => {
    const id = await register({ name: 'Grace Hopper', email: 'grace@example.com', phone: '+12025550123' });
    await withCard(id);
    const events = await app.api.get(`/v1/streams/customer-${id}/events?limit=50`);
    // The last four digits only as a whole value: a random id may well contain them.
    expect(events.text).not.toMatch(/Grace|example\.com|2025550123|"4242"/);
    const state = await app.api.get(`/v1/audit/state?stream=customer-${id}`);
    expect(field(state.body, 'state', 'profile', 'version')).toBe(1);
  });
});
