import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { items } from '../../support/api-client.js';
import { planId } from '../../support/customer-examples.js';
import { at } from '../../support/payment-examples.js';
import type { RunningServer } from './running-server.js';
import { startServer } from './running-server.js';
import { saveMethod } from './saved-method.js';

const ada = {
  name: 'Ada Lovelace',
  email: 'Ada@example.com',
  phone: '+49 (151) 1234-5678',
  billing_address: { line1: 'St James’s Square 12', city: 'London', postal_code: 'SW1Y 4JH', country: 'GB' },
  tax_ids: [
    { type: 'eu_vat', value: 'de 123 456 789' },
    { type: 'us_ein', value: '123456789' },
  ],
  locale: 'en-gb',
  time_zone: 'Europe/London',
  currencies: ['gbp', 'EUR'],
  metadata: { plan: 'gold' },
};
const json = { 'content-type': 'application/json' };

let app: RunningServer;
beforeEach(async () => {
  app = await startServer();
});
afterEach(() => app.stop());

const send = (method: string, path: string, body: unknown, headers: Record<string, string> = {}) =>
  app.api.send(method, path, body === undefined ? '' : JSON.stringify(body), { ...json, ...headers });
const register = async (body: object = {}) => String((await app.api.post('/v1/customers', body)).body['id']);
const typesOf = async (id: string) =>
  (await app.eventStore.readStream(`customer-${id}`)).map(({ type }) => type);

describe('a customer', () => {
  it('is registered and shown with what was said, in one spelling', async () => {
    const made = await app.api.post('/v1/customers', ada);
    expect([made.status, made.headers['etag']]).toEqual([201, '"0"']);
    expect(made.body).toMatchObject({
      id: expect.stringMatching(/^cus_/),
      object: 'customer',
      name: 'Ada Lovelace',
      email: 'Ada@example.com',
      phone: '+4915112345678',
      billing_address: { line1: 'St James’s Square 12', line2: null, state: null, country: 'GB' },
      tax_ids: [
        { type: 'eu_vat', value: 'DE123456789' },
        { type: 'us_ein', value: '12-3456789' },
      ],
      locale: 'en-GB',
      time_zone: 'Europe/London',
      currencies: ['GBP', 'EUR'],
      metadata: { plan: 'gold' },
      default_payment_method: null,
      provider: { name: 'stripe', customer: null },
      profile_version: 1,
      livemode: false,
    });
    expect((await app.api.get(`/v1/customers/${made.body['id']}`)).body).toEqual(made.body);
  });

  it('leaves nothing of a person in events or logs', async () => {
    const id = await register(ada);
    await send('PATCH', `/v1/customers/${id}`, { name: 'Augusta King', phone: '+442071234567' });
    await app.api.get('/v1/customers?email=ada@example.com');
    const events = JSON.stringify(await app.eventStore.readStream(`customer-${id}`), (_key, value) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    const logs = JSON.stringify(app.logger.lines);
    for (const secret of [
      'Ada',
      'ada@',
      'example.com',
      'Augusta',
      '4915112',
      '2071234',
      'James',
      'SW1Y',
      '123456789',
      'London',
    ]) {
      expect([secret, events.includes(secret), logs.includes(secret)]).toEqual([secret, false, false]);
    }
    expect(events).toContain('"fields":["name","phone"]');
  });

  it('is registered once per Idempotency-Key, with one record', async () => {
    const key = { 'idempotency-key': 'register-once' };
    const first = await app.api.post('/v1/customers', ada, key);
    expect((await app.api.post('/v1/customers', ada, key)).text).toBe(first.text);
    expect(app.customers.profiles.profiles.size).toBe(1);
  });

  it('changes in what is named, and keeps the rest', async () => {
    const id = await register(ada);
    const changed = await send('PATCH', `/v1/customers/${id}`, { email: null, locale: 'de-AT' });
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({
      name: 'Ada Lovelace',
      email: null,
      locale: 'de-AT',
      profile_version: 2,
    });
    expect(await typesOf(id)).toEqual(['CustomerRegistered', 'CustomerProfileRevised']);
    const same = await send('PATCH', `/v1/customers/${id}`, { locale: 'de-AT', metadata: { plan: 'gold' } });
    expect([same.body['profile_version'], same.headers['etag']]).toEqual([2, '"1"']);
    expect(app.customers.profiles.profiles.size).toBe(2);
  });

  it('has its preferences, address and tax ids set as wholes', async () => {
    const id = await register(ada);
    const preferences = await send('PUT', `/v1/customers/${id}/preferences`, { time_zone: 'Asia/Tokyo' });
    expect(preferences.body).toMatchObject({ time_zone: 'Asia/Tokyo', locale: null, currencies: [] });
    expect(preferences.body['payment_method_order']).toEqual([]);
    const address = await send('PUT', `/v1/customers/${id}/billing_address`, { country: 'JP', city: '東京' });
    expect(address.body['billing_address']).toEqual({
      line1: null,
      line2: null,
      city: '東京',
      state: null,
      postal_code: null,
      country: 'JP',
    });
    const none = await send('PUT', `/v1/customers/${id}/tax_ids`, { tax_ids: [] });
    expect(none.body).toMatchObject({ tax_ids: [], name: 'Ada Lovelace', profile_version: 4 });
  });

  it('is changed at the revision that the client saw, when it says so', async () => {
    const id = await register(ada);
    const change = (name: string, etag: string) =>
      send('PATCH', `/v1/customers/${id}`, { name }, { 'if-match': etag });
    expect((await change('B', '"0"')).status).toBe(200);
    const stale = await change('C', '"0"');
    expect([stale.status, stale.body['code']]).toEqual([412, 'revision_stale']);
    expect((await send('PATCH', `/v1/customers/${id}`, { name: 'B' }, { 'if-match': '"0"' })).status).toBe(
      412,
    );
    expect((await app.api.get(`/v1/customers/${id}`)).body['name']).toBe('B');
  });

  it('loses no change when many come at once, each of another field', async () => {
    const id = await register({});
    const changes = [
      { name: 'N' },
      { email: 'n@example.com' },
      { phone: '+442071234567' },
      { locale: 'fr' },
      { time_zone: 'UTC' },
      { currencies: ['USD'] },
      { metadata: { a: 'b' } },
    ];
    const answers = await Promise.all(changes.map((change) => send('PATCH', `/v1/customers/${id}`, change)));
    expect(answers.map(({ status }) => status)).toEqual(changes.map(() => 200));
    const now = await app.api.get(`/v1/customers/${id}`);
    expect(now.body).toMatchObject(Object.assign({ profile_version: 8 }, ...changes));
    expect(app.customers.profiles.profiles.size).toBe(8);
  });

  it('is listed newest first, by e-mail in any case', async () => {
    const [first, second] = [await register(ada), await register({ email: 'b@example.com' })];
    const all = await app.api.get('/v1/customers');
    expect(items(all).map(({ id }) => id)).toEqual([second, first]);
    expect(all.headers['x-projection-lag-ms']).toBe('12');
    expect(items(await app.api.get('/v1/customers?email=ADA@EXAMPLE.COM')).map(({ id }) => id)).toEqual([
      first,
    ]);
  });
});

describe('payment methods', () => {
  const withMethod = (id: string, pm: string) => saveMethod(app, id, pm);

  it('are added through a setup intent, which makes the customer known to the provider once', async () => {
    const id = await register(ada);
    const setup = await app.api.post(`/v1/customers/${id}/setup_intents`, { usage: 'off_session' });
    expect(setup.status).toBe(201);
    expect(setup.body).toMatchObject({
      id: expect.stringMatching(/^pms_/),
      object: 'setup_intent',
      customer: id,
      status: 'requires_payment_method',
      client_secret: 'seti_1_secret_1',
      payment_method: null,
      last_error: null,
    });
    app.customers.vault.finish('seti_1', 'pm_1');
    const news = { about: 'setup', setupIntentId: 'seti_1', providerCustomerId: null, customer: id } as const;
    for (const n of [1, 2]) await app.customers.hear(news, { id: `evt_${n}`, attempts: 1 });
    await app.api.post(`/v1/customers/${id}/setup_intents`, {});
    expect(app.customers.vault.customers.size).toBe(1);
    const listed = await app.api.get(`/v1/customers/${id}/payment_methods`);
    expect(items(listed)).toEqual([
      {
        id: 'pm_1',
        object: 'payment_method',
        customer: id,
        kind: 'card',
        brand: 'visa',
        last4: '4242',
        exp_month: 12,
        exp_year: 2030,
        funding: 'credit',
        country: 'US',
        default: true,
        status: 'active',
        livemode: false,
        created_at: expect.any(String),
      },
    ]);
    const ended = await app.api.get(`/v1/customers/${id}/setup_intents/${setup.body['id']}`);
    expect(ended.body).toMatchObject({ status: 'succeeded', payment_method: 'pm_1' });
    expect(ended.body['client_secret']).toBeUndefined();
    const events = JSON.stringify(
      (await app.eventStore.readStream(`customer-${id}`)).map(({ data }) => data),
    );
    // As whole values: random ids hold such digits too.
    expect(events).not.toMatch(/"4242"|visa|[:"]2030|secret/);
  });

  it('are chosen and removed, and the default moves on', async () => {
    const id = await register();
    await withMethod(id, 'pm_1');
    await withMethod(id, 'pm_2');
    const chosen = await send('PUT', `/v1/customers/${id}/payment_methods/pm_2/default`, undefined);
    expect([chosen.status, chosen.body['default']]).toEqual([200, true]);
    const gone = await send('DELETE', `/v1/customers/${id}/payment_methods/pm_2`, undefined);
    expect([gone.status, gone.body['status']]).toEqual([200, 'removed']);
    expect((await send('DELETE', `/v1/customers/${id}/payment_methods/pm_2`, undefined)).status).toBe(200);
    expect((await app.api.get(`/v1/customers/${id}`)).body['default_payment_method']).toBe('pm_1');
    expect((await app.api.get(`/v1/customers/${id}/payment_methods/pm_2`)).status).toBe(404);
    expect(app.customers.vault.calls.filter((call) => call.startsWith('detach'))).toHaveLength(1);
  });

  it('the last one of an active plan stays', async () => {
    const id = await register();
    await withMethod(id, 'pm_1');
    await app.customers.handler.handle(
      id,
      { type: 'AttachPlan', at, planId: planId(1) },
      {
        commandId: '0193f1a0-0000-7000-8000-0000000000aa',
        correlationId: 'test',
        causationId: 'test',
        actor: { kind: 'system', id: 'test' },
        reason: null,
      },
    );
    const refused = await send('DELETE', `/v1/customers/${id}/payment_methods/pm_1`, undefined);
    expect([refused.status, refused.body['code']]).toEqual([422, 'last_payment_method_of_active_plan']);
    expect(app.customers.vault.calls.filter((call) => call.startsWith('detach'))).toEqual([]);
  });

  it('are in doubt while the provider does not answer, and nothing is called a failure', async () => {
    const id = await register();
    await withMethod(id, 'pm_1');
    app.customers.vault.outage = 'unknown';
    const setup = await app.api.post(`/v1/customers/${id}/setup_intents`, {});
    expect([setup.status, setup.body['status'], setup.body['client_secret']]).toEqual([
      202,
      'processing',
      undefined,
    ]);
    const removal = await send('DELETE', `/v1/customers/${id}/payment_methods/pm_1`, undefined);
    expect([removal.status, removal.body['status']]).toEqual([202, 'removing']);
    const again = await send('DELETE', `/v1/customers/${id}/payment_methods/pm_1`, undefined);
    expect(again.status).toBe(202);
    const types = await typesOf(id);
    expect(types.filter((type) => /Refused|Declined|Failed/.test(type))).toEqual([]);
    expect(types.filter((type) => type === 'PaymentMethodRemovalRequested')).toHaveLength(1);
  });

  it('the provider’s definite no is told as one', async () => {
    const id = await register();
    app.customers.vault.outage = 'refused';
    const setup = await app.api.post(`/v1/customers/${id}/setup_intents`, {});
    expect([setup.status, setup.body['code']]).toEqual([422, 'provider_refused']);
    expect(await typesOf(id)).toEqual([
      'CustomerRegistered',
      'ProviderCustomerRequested',
      'PaymentMethodSetupRequested',
      'ProviderCustomerRefused',
      'PaymentMethodSetupRefused',
    ]);
  });
});
