import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { items } from '../../support/api-client.js';
import type { RunningServer } from './running-server.js';
import { startServer } from './running-server.js';

const nobody = 'cus_0193f1a0-0000-7000-8000-00000000dead';

describe('the access log over the API', () => {
  let app: RunningServer;
  beforeAll(async () => {
    app = await startServer();
    app.addKey('sk_test_payments000000000000000', ['payments:read', 'payments:write']);
  });
  afterAll(() => app.stop());

  const noted = () =>
    app.users.accessLog.rows.map(({ user_id: who, action, result }) => [who, action, result]);

  it('notes which key looked at a person or at the log, and with which result', async () => {
    const made = await app.api.post('/v1/customers', { name: 'Ada Lovelace' });
    const id = String(made.body['id']);
    const before = noted().length;
    const looked = await app.api.get(`/v1/customers/${id}`, { 'x-request-id': 'look-1' });
    expect(looked.status).toBe(200);
    await app.api.get(`/v1/customers/${nobody}`);
    await app.api.get('/v1/events?after_position=1');
    await app.as('sk_test_payments000000000000000').get(`/v1/customers/${id}`);
    expect(
      noted()
        .slice(0, noted().length - before)
        .reverse(),
    ).toEqual([
      ['key_1', `GET /v1/customers/${id}`, '200'],
      ['key_1', `GET /v1/customers/${nobody}`, '404'],
      ['key_1', 'GET /v1/events', '200'],
      ['key_2', `GET /v1/customers/${id}`, '403'],
    ]);
    expect(app.users.accessLog.rows.find(({ request_id: request }) => request === 'look-1')).toMatchObject({
      user_id: 'key_1',
      network: expect.any(String),
    });
  });

  it('notes neither what holds nothing personal, nor a guess at a key, nor a write', async () => {
    const before = noted().length;
    await app.api.get('/v1/payments');
    await app.api.get('/openapi.json');
    await app.as('sk_test_unknown00000000000000').get('/v1/customers');
    await app.api.post('/v1/customers', { name: 'Grace Hopper' });
    expect(noted()).toHaveLength(before);
  });

  it('is read by auditors, of one key or of all', async () => {
    await app.api.get('/v1/customers');
    const mine = await app.api.get('/v1/audit/log?user=key_1');
    expect(items(mine)[0]).toMatchObject({
      object: 'access',
      user: 'key_1',
      action: 'GET /v1/customers',
      result: '200',
      reason: null,
      livemode: false,
    });
    // Reading it is a look like any other.
    expect(items(await app.api.get('/v1/audit/log'))[0]).toMatchObject({ action: 'GET /v1/audit/log' });
    expect(items(await app.api.get('/v1/audit/log?user=key_9'))).toEqual([]);
    expect((await app.api.get('/v1/audit/log?user=Ada')).status).toBe(400);
  });
});
