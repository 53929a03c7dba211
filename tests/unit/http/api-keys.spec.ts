import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { apiVersion } from '../../../src/interfaces/http/shared/request-headers.js';
import type { RunningServer } from './running-server.js';
import { startServer } from './running-server.js';

const reader = 'sk_test_keysandreports0000000000000';

describe('API keys over HTTP', () => {
  let app: RunningServer;
  beforeAll(async () => {
    app = await startServer();
    app.addKey(reader, ['keys:write', 'payments:read']);
  });
  afterAll(() => app.stop());

  it('are made with a secret that works, is told once and is kept for no repeat', async () => {
    const body = { name: 'Ann at the desk', scopes: ['payments:read'], holder: 'ann' };
    const headers = { 'idempotency-key': 'make-one-key' };
    const made = await app.api.post('/v1/api_keys', body, headers);
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ object: 'api_key', holder: 'ann', scopes: ['payments:read'] });
    const secret = String(made.body['secret']);
    expect(secret).toMatch(/^sk_test_[0-9a-f]{64}$/);
    expect((await app.as(secret).get('/v1/payments')).status).toBe(200);
    const repeat = await app.api.post('/v1/api_keys', body, headers);
    expect(repeat.headers['idempotent-replayed']).toBe('true');
    expect(repeat.body).toEqual({ ...made.body, secret: undefined });
    expect(JSON.stringify([...app.idempotency.kept.values()])).not.toContain(secret);
    const list = await app.api.get('/v1/api_keys');
    expect(JSON.stringify(list.body)).not.toContain(secret);
    expect(JSON.stringify(app.logger.lines)).not.toContain(secret);
  });

  it('never give more than the key that makes them has', async () => {
    const answer = await app
      .as(reader)
      .post('/v1/api_keys', { name: 'More', scopes: ['payments:read', 'payments:write'] });
    expect([answer.status, answer.body['code']]).toEqual([403, 'insufficient_scope']);
  });

  it('are refused once they are revoked', async () => {
    const made = await app.api.post('/v1/api_keys', { name: 'Short', scopes: ['payments:read'] });
    const revoked = await app.api.post(`/v1/api_keys/${made.body['id']}/revoke`, {});
    expect(revoked.body).toMatchObject({ id: made.body['id'], revoked_at: expect.any(String) });
    expect((await app.as(String(made.body['secret'])).get('/v1/payments')).status).toBe(401);
    const missing = 'key_0193f1a0-0000-7000-8000-00000000dead';
    expect((await app.api.post(`/v1/api_keys/${missing}/revoke`, {})).status).toBe(404);
  });

  it('are made for a version of the API, by which a request is understood that names none', async () => {
    const made = await app.api.post('/v1/api_keys', { name: 'Today', scopes: ['payments:read'] });
    expect(made.body['api_version']).toBe(apiVersion);
    const secret = String(made.body['secret']);
    const key = app.apiKeys.keys.get(secret);
    if (key === undefined) throw new Error('the key was not kept');
    app.apiKeys.keys.set(secret, { ...key, apiVersion: '2020-01-01' });
    const refused = await app.as(secret).get('/v1/payments');
    expect([refused.status, refused.body['code']]).toEqual([400, 'version_not_supported']);
    expect(refused.body['detail']).toContain('2020-01-01');
    const named = await app.as(secret).get('/v1/payments', { 'counterfoil-version': apiVersion });
    expect([named.status, named.headers['counterfoil-version']]).toEqual([200, apiVersion]);
  });

  it.each([
    ['no scope', { name: 'x', scopes: [] }],
    ['an unknown scope', { name: 'x', scopes: ['everything'] }],
    ['no name', { scopes: ['payments:read'] }],
    ['a holder that is a name', { name: 'x', scopes: ['payments:read'], holder: 'Ann Lee' }],
    ['a name with a control character', { name: 'x\u0007', scopes: ['payments:read'] }],
  ])('are not made with %s', async (_what, body) => {
    const before = app.apiKeys.keys.size;
    const answer = await app.api.post('/v1/api_keys', body);
    expect([answer.status, answer.body['code']]).toEqual([400, 'invalid_request']);
    expect(app.apiKeys.keys.size).toBe(before);
  });
});
